#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""docs-check.py BUILD: the documents against the program that was built in BUILD.

Prints "ok ..." or "FAIL ..." for each check; the last line counts them."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import finish, report, skip

SOURCE = Path(__file__).resolve().parent.parent
BUILD = Path(sys.argv[1]).resolve()
PROGRAM, AGENT = BUILD / "buddytop", BUILD / "buddytop-agent"
TIMEOUT_S = 60

PAGES = {page.name: page for page in [*(SOURCE / "man").glob("*.[1-8]"),
                                      BUILD / "man" / "buddytop.1"]}

# Rows of buddytop.5 that the runs below cannot cause: the machine is never lost and has all it needs.
NEEDS_ANOTHER_MACHINE = {"error", "no_control", "load1_before", "steal_ratio"}


def missing(wanted, there, what):
    return [f"{what} '{item}' is not there" for item in sorted(set(wanted) - set(there))]


def run(*command, text=None):
    return subprocess.run([str(word) for word in command], input=text, capture_output=True,
                          text=True, timeout=TIMEOUT_S, check=True).stdout


def source_of(page):
    return PAGES[page].read_text()


def rendered(page):
    """The page as a reader sees it, in one line of plain text."""
    text = run("mandoc", "-T", "utf8", "-O", "width=500", PAGES[page])
    return " ".join(re.sub(".\b", "", text).split())


def rows(page, macro):
    """Words of the items of a page's lists: rows(page, "Va") for `.It Va a , b`."""
    items = re.findall(rf"^\.It {macro} (.*)$", source_of(page), re.M)
    words = (word for item in items for word in re.sub(r" Ta .*", "", item).split(" , "))
    return {re.sub(r'\\&|"', "", word) for word in words}


# ---- the pages themselves -------------------------------------------------------------------

def check_lint():
    for name, page in sorted(PAGES.items()):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                              capture_output=True, text=True, timeout=TIMEOUT_S)
        report(f"lint {name}", lint.stdout.splitlines())


# ---- buddytop.1, buddytop-agent.1 -----------------------------------------------------------

def check_program_page():
    page = rendered("buddytop.1")
    dump = [line.split("\t") for line in run(PROGRAM, "--dump-options").splitlines()]
    options = {"--" + row[2] for row in dump if row[0] == "option"}
    names = {row[1] for row in dump if row[0] in ("command", "source", "param")}
    choices = {row[2] for row in dump if row[0] == "choice"}
    rows_of_screen = [line.split("\t") for line in run(PROGRAM, "top", "--list-keys").splitlines()]
    keys = {names for group, names, _ in rows_of_screen if group != "Commands"}
    commands = {names for group, names, _ in rows_of_screen if group == "Commands"}
    report("buddytop.1 has every option", missing(options, page.split(), "option"))
    report("buddytop.1 has every command, source and parameter",
           missing({name for name in names if " " not in name}, re.split(r"[ =]", page), "name") +
           [f"name '{name}' is not there" for name in sorted(names)
            if " " in name and name not in page])
    report("buddytop.1 has every value of a list", missing(choices, page.split(), "value"))
    report("buddytop.1 has every key",
           [f"key '{names}' is not there" for names in sorted(keys)
            if names.replace(" ", ", ") not in page])
    report("buddytop.1 has every command of the command line",
           missing(commands, [name for name in commands if name in page], "command")
           if commands else ["no commands are listed"])


def check_agent_page():
    options = re.findall(r"--([a-z-]+)", run(AGENT, "--help"))
    report("buddytop-agent.1 has every option",
           missing(["--" + name for name in options], rendered("buddytop-agent.1").split(),
                   "option"))


def check_environment():
    code = "".join(path.read_text() for folder in ("src", "ui")
                   for path in (SOURCE / folder).rglob("*.c"))
    wanted = set(re.findall(r'getenv\("(\w+)"\)', code)) | set(re.findall(r'"(BUDDYTOP_\w+)"', code))
    wanted -= {"HOME", "PATH"}
    report("buddytop.1 has every environment variable", missing(wanted, rows("buddytop.1", "Ev"),
                                                                "variable"))


# ---- buddytop.4 -----------------------------------------------------------------------------

def struct(header, name):
    return re.search(rf"^struct {name} {{\n(.*?)^}};", header, re.M | re.S)[1]


def check_device_page():
    uapi = (SOURCE / "kmod" / "buddytop_uapi.h").read_text()
    code = "".join(path.read_text() for path in (SOURCE / "kmod").glob("*.c"))
    names = set(re.findall(r"BT_(?:[A-Z]+)_\w+", "\n".join(
        re.findall(r"^\tBT_.*|^#define BT_(?:IOC|FEATURE)_.*", uapi, re.M))))
    names = {name for name in names if not name.endswith(("_COUNT", "_MAGIC"))}
    parameters = re.findall(r"module_param(?:_named)?\((\w+)", code)
    page = source_of("buddytop.4")
    report("buddytop.4 has every request and value",
           missing(names, re.findall(r"BT_\w+", page), "name"))
    members = [name for name in ("bt_config", "bt_cpu_stats")
               for name in re.findall(r"__u\d+ (\w+)", struct(uapi, name))]
    members += re.findall(r"__u\d+ (\w+)", struct(uapi, "bt_area").split("\n\n")[1])
    report("buddytop.4 has every member", missing(members, rows("buddytop.4", "Va"), "member"))
    report("buddytop.4 has every module parameter",
           missing(parameters, rows("buddytop.4", "Va"), "parameter"))


# ---- buddytop.5 -----------------------------------------------------------------------------

def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set()


def talk_to_agent():
    """Every message that an agent of a simulated machine sends: the load, then a microbenchmark."""
    agent = subprocess.Popen([str(AGENT), "--source", "sim:7,cpus=4,nodes=2"], text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    answers = [json.loads(agent.stdout.readline())]

    def ask(request, answered=True):
        agent.stdin.write(json.dumps(request) + "\n")
        agent.stdin.flush()
        if answered:
            answers.append(json.loads(agent.stdout.readline()))

    config = dict(answers[0]["hello"]["config"], run="running")
    ask({"op": "publish", "token": 1, "config": config}, answered=False)
    for number in range(3):
        ask({"op": "read", "id": number, "want_cpu": 1})
    ask({"op": "measure", "limit_bytes": 1 << 20, "stop_psi_percent": 20}, answered=False)
    ask({"op": "measured", "id": 3})
    for number in range(4, 7):
        ask({"op": "read", "id": number})
    ask({"op": "measured", "id": 7})
    later = (dict(config, order=0, bulk_pages=8, handoff="on"),
             dict(config, order=3, order_weights=[8, 0, 0, 1]),
             dict(config, run="step", step="get", step_blocks=1, seed=1))
    for number, changed in enumerate(later):
        ask({"op": "publish", "token": 2 + number, "config": changed}, answered=False)
        ask({"op": "read", "id": 8 + number})
    ask({"op": "nonsense", "id": 11})
    ask({"op": "quit"}, answered=False)
    agent.wait(TIMEOUT_S)
    return answers


def keys_of_real_machines():
    """Load, clock rates, a host and ways, from where their keys stand: no simulated machine has them."""
    code = "".join((SOURCE / "src" / "frame" / name).read_text() for name in
                   ("frame_schema.c", "detail_json.c", "host_json.c", "machine_json.c"))
    keys = set(re.findall(r"(?<!define )\b(?:LOAD|FREQUENCY|HOST|WAY)\((\w+)", code))
    encoder = (SOURCE / "src" / "frame" / "frame_encode.c").read_text()
    keys |= set(re.findall(r'bt_json_string\(w, "(\w+)"', encoder))
    return keys | {"load", "ways"} if keys else keys


def measure_something():
    """A result with a run that is done, and one that the machine cannot do."""
    settings = ("settle=0", "warmup=0", "steady=1s", "seconds=100ms", "cpus=1,64", "bulk=off,8")
    return json.loads(run(PROGRAM, "bench", "--source", "sim:1,cpus=2,memory=256M",
                          "--interval", "20ms", "--alloc-orders", "0", "--iterations", "1",
                          *(word for setting in settings for word in ("--set", setting)),
                          "--json"))


def write_something():
    """A document of `buddytop write`, with the keys that only some runs have."""
    return json.loads(run(PROGRAM, "write", "--memory", "4M", "--threads", "1", "--iterations", "1",
                          "--private", "--rand", "--json"))


def kbench_something():
    """A document of `buddytop kbench`, with the keys that only some runs have."""
    return json.loads(run(PROGRAM, "kbench", "frag", "--source", "sim:1,cpus=2,memory=256M",
                          "--interval", "20ms", "--iterations", "1", "--allocs", "100",
                          "--node", "0", "--on-cpus", "0", "--threads", "1", "--json"))


def keys_of_lab_run():
    """Of a run of the lab, from the code that writes it: none is run here."""
    code = (SOURCE / "src" / "lab" / "run_json.c").read_text()
    keys = set(re.findall(r'(?:bt_\w+encode|bt_json_\w+|encode_known)\(w, "(\w+)"', code))
    keys |= set(re.findall(r"^\tROW\(bt_lab_\w+, (\w+), BT_FIELD", code, re.M))
    keys |= set(re.findall(r'^\tBT_FIELD\(struct bt_lab_run, \w+, "(\w+)"', code, re.M))
    assert len(keys) > 30, "no keys are found: has the code changed?"
    return keys


def check_loads():
    """The program's own loads, without a file of whoever runs this."""
    own = json.loads(run("env", "XDG_CONFIG_HOME=/nonexistent", PROGRAM, "loads", "--json"))
    names = [load["name"] for load in own["loads"]]
    there = rows("buddytop.7", "Ic")
    report("buddytop.7 has every named load and no other",
           missing(names, there, "load") + missing(there, names, "load of the page"))
    return keys_of(own)


def check_documents_page():
    result = keys_of(measure_something())
    written = keys_of(write_something()) | keys_of(kbench_something()) | keys_of_lab_run()
    loads = check_loads()
    snapshot = json.loads(run(PROGRAM, "snapshot", "--source", "sim"))
    answers = talk_to_agent()
    there = rows("buddytop.5", "Va")
    messages = keys_of(answers)
    heads = {"hello", "frame", "measure", "error", "id"}
    faults = [] if all(answer.get("frame", {}).get("module", {}).get("latency", [1])
                       for answer in answers[-4:]) else ["the load did not run"]
    report("buddytop.5 has every key of a result",
           missing(result - {phase for phase in ("idle", "warmup", "load", "antagonized")} -
                   rows("buddytop.7", "Va"), there, "key"))
    report("buddytop.5 has every key of a document of write, kbench or the lab", missing(written, there, "key"))
    report("buddytop.5 has every key of a list of loads", missing(loads, there, "key"))
    report("buddytop.5 has every key of a snapshot", missing(keys_of(snapshot), there, "key"))
    report("buddytop.5 has every key of the agent's messages",
           faults + missing(messages - heads, there, "key"))
    report("buddytop.5 has every message",
           [f"message '{name}' is not there" for name in sorted(messages & heads)
            if f'"{name}"' not in source_of("buddytop.5").replace("\\&", "")])
    code = "".join((SOURCE / "src" / name).read_text() for name in
                   ("session/snapshot.c", "session/recorder.c", "session/follow.c",
                    "frame/event.c", "frame/point_json.c"))
    events = set(re.findall(r'bt_\w+\(w, "(\w+)"', code))
    events |= set(re.findall(r"EVENT\((\w+), BT_FIELD", code))
    events -= {"hello", "schema"}
    report("buddytop.5 has every key of the session and of events", missing(events, there, "key"))
    real = keys_of_real_machines()
    report("buddytop.5 has every key that only a real machine has",
           missing(real, there, "key") if real else ["no keys are found"])
    comparison = set(re.findall(r'\w+\(w, "(\w+)"',
                                (SOURCE / "src" / "bench" / "compare_json.c").read_text()))
    report("buddytop.5 has every key of a comparison", missing(comparison, there, "key"))
    lab = set(re.findall(r'bt_json_\w+\(w, "(\w+)"', "".join(
        path.read_text() for path in (SOURCE / "src" / "lab").glob("*.c"))))
    report("buddytop.5 has every key of the lab's documents",
           missing(lab, there, "key") if lab else ["no keys are found"])
    report("buddytop.5 has no key that nobody writes",
           [f"nobody writes '{key}'" for key in
            sorted(there - keys_of(snapshot) - result - written - messages - events - real - comparison -
                   lab - loads - NEEDS_ANOTHER_MACHINE)])


def check_plans():
    table = (SOURCE / "src" / "bench" / "plan_table.c").read_text()
    keys = re.findall(r'^\t\{ (?:GIVEN\(|\.name = )"([a-z-]+)"', table, re.M)
    plans = [path.stem for path in (SOURCE / "plans").glob("*.ini")]
    there = rows("buddytop.5", "Cm")
    shipped = rows("buddytop.5", "Ic")
    report("buddytop.5 has every key of a plan and no other",
           (missing(keys, there, "key") + missing(there, keys, "key of the page")) if keys else
           ["no keys are found: has their code changed?"])
    report("buddytop.5 has every plan and no other",
           missing(plans, shipped, "plan") + missing(shipped, plans, "plan of the page"))


# ---- buddytop.7 -----------------------------------------------------------------------------

def labels():
    """Words that the panels put before their numbers."""
    found = set()
    for path in (SOURCE / "ui").glob("*.c"):
        code = path.read_text()
        found |= set(re.findall(r'ui_row_add(?:_right)?\([^;]*?UI_ROLE_\w+,\s*"([^"]+)"', code))
        found |= set(re.findall(r'add_rate\([^"]*"([^"]+)"', code))
        found |= set(re.findall(r'draw_head\([^";{]*"([^"]+)"', code))
        for table in re.findall(r"(?:row_names|zone_heads|ui_latency_name)\[[^]]*\] = \{(.*?)\};", code, re.S):
            found |= set(re.findall(r'"([^"]+)"', table))
    return {label.rstrip(":") for label in found if "%" not in label}


def check_metrics_page():
    shown = labels()
    code = (SOURCE / "src" / "frame" / "event.c").read_text()
    kinds = set(re.findall(r'\[BT_EVENT_\w+\] = "(\w+)"', code))
    reasons = set(re.findall(r'\[BT_REASON_\w+\] = "([^"]+)"',
                             (SOURCE / "src" / "core" / "config.c").read_text())) - {"asked"}
    report("labels are found in the panels", [] if len(shown) > 20 else
           [f"only {sorted(shown)}: has their code changed?"])
    report("buddytop.7 has every label", missing(shown, rows("buddytop.7", "Sy"), "label"))
    metrics = set(re.findall(r'^\t(?:[A-Z_]+\(|{ \.key = )"(\w+)"',
                             (SOURCE / "src" / "frame" / "metric.c").read_text() +
                             (SOURCE / "src" / "bench" / "result_metric.c").read_text() +
                         (SOURCE / "src" / "lab" / "metric.c").read_text(), re.M))
    report("buddytop.7 has every metric and no other",
           missing(metrics, rows("buddytop.7", "Va"), "metric") +
           missing(rows("buddytop.7", "Va"), metrics, "metric of the page"))
    report("buddytop.7 has every kind of event",
           missing(kinds, rows("buddytop.7", "Li"), "kind") if kinds else ["no kinds are found"])
    report("buddytop.7 has every reason of a stop",
           missing(reasons, rows("buddytop.7", "Li"), "reason") if reasons else
           ["no reasons are found"])


# ---- the other documents --------------------------------------------------------------------

def check_links():
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (SOURCE / name).read_text()
        links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        report(f"{name}: every link leads somewhere",
               [f"there is no {link}" for link in links if not (SOURCE / link).exists()])


def check_version():
    places = {"configure.ac": r"AC_INIT\(\[buddytop\], \[(.*?)\]\)",
              "kmod/main.c": r'MODULE_VERSION\("(.*?)"\)',
              "kmod/dkms.conf": r'PACKAGE_VERSION="(.*?)"', "NEWS.md": r"\n## (\S+)"}
    versions = {place: re.search(pattern, (SOURCE / place).read_text())[1]
                for place, pattern in places.items()}
    report("one version everywhere", [] if len(set(versions.values())) == 1 else [str(versions)])


def check_suites():
    suites = re.search(r"^suites=\(([^)]*)\)$", (SOURCE / "test.sh").read_text(), re.M)[1].split()
    table = re.findall(r"^\| ([a-z0-9, ]+) \|", (SOURCE / "CONTRIBUTING.md").read_text(), re.M)
    report("CONTRIBUTING.md has every suite", missing(suites, ", ".join(table).split(", "), "suite"))


def check_readme_commands():
    """Options of the program that the README names."""
    options = set(re.findall(r"--[a-z][a-z-]*", (SOURCE / "README.md").read_text()))
    scripts = (SOURCE / "run.sh").read_text()
    known = {"--" + line.split("\t")[2] for line in run(PROGRAM, "--dump-options").splitlines()
             if line.startswith("option\t")}
    report("README.md names options that exist",
           [f"nothing has '{option}'" for option in sorted(options - known)
            if option not in scripts])


def main():
    if shutil.which("mandoc"):
        check_lint()
        check_program_page()
        check_agent_page()
    else:
        skip("lint and rendered pages", "mandoc is not installed")
    check_environment()
    check_device_page()
    check_documents_page()
    check_plans()
    check_metrics_page()
    check_links()
    check_suites()
    check_version()
    check_readme_commands()
    return finish()


# A session of whoever runs this is none of ours.
with tempfile.TemporaryDirectory() as runtime:
    os.environ["XDG_RUNTIME_DIR"] = runtime
    code = main()
sys.exit(code)
