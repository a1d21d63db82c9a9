#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""run.py BUILD [PICTURES]: pictures and reports as files: gnuplot draws every kind in every format,
and Chromium opens reports. PICTURES: a directory that keeps what was made, to be looked at.

Prints "ok ..." or "FAIL ..." for each check; the last line counts them."""
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[:2]]
import browser  # noqa: E402
from checks import equal, finish, report, skip  # noqa: E402

BUILD = Path(sys.argv[1]).resolve()
PROGRAM, FIXTURE = BUILD / "buddytop", BUILD / "tests" / "report" / "fixture"
TIMEOUT_S = 120
KINDS = ("available", "latency", "rate", "heatmap")
LAB = BUILD / "tests" / "report" / "lab"
LAB_KINDS = ("inflate", "stream", "ftq", "footprint", "overview", "multivm")


def run(folder, *arguments, path=None):
    """Exit code and standard error; nothing is ever printed to the standard output."""
    done = subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True,
                          timeout=TIMEOUT_S, cwd=folder, env={"PATH": path} if path else None)
    return done.returncode, done.stderr + done.stdout


def make_documents(folder):
    for name, *how in (("a", "1"), ("b", "1.25"), ("hostile", "1", "hostile"),
                       ("silent", "1", "silent"), ("partial", "1", "partial"),
                       ("flawed", "1", "flawed"), ("few", "1.25", "few")):
        subprocess.run([FIXTURE, folder / f"{name}.json", *how], check=True, timeout=TIMEOUT_S)


# ---- pictures -------------------------------------------------------------------------------

def size_of(path):
    """Of a picture in pixels (96 to an inch), from the file's own head; None: it is no such file."""
    data = path.read_bytes()
    if path.suffix == ".png":
        return struct.unpack(">II", data[16:24]) if data[:8] == b"\x89PNG\r\n\x1a\n" else None
    if path.suffix == ".pdf":
        box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", data)
        return tuple(round(float(side) / 72 * 96) for side in box.groups()) \
            if data[:5] == b"%PDF-" and box else None
    root = xml.etree.ElementTree.fromstring(data)
    return (int(root.get("width")), int(root.get("height"))) if root.tag.endswith("}svg") else None


def texts_of(path):
    return " ".join(xml.etree.ElementTree.fromstring(path.read_bytes()).itertext())


def check_picture(folder, name, *arguments, size=(900, 700)):
    code, said = run(folder, "plot", *arguments, "-o", name, "--size", f"{size[0]}x{size[1]}")
    if code:
        report(name, [f"exit {code}: {said}"])
    else:
        equal(name, (said, size_of(folder / name)), ("", size))


def check_pictures(folder):
    for kind in KINDS:
        for form in ("svg", "png", "pdf"):
            check_picture(folder, f"{kind}.{form}", "a.json", "--kind", kind)
    for form in ("svg", "png", "pdf"):
        check_picture(folder, f"compare.{form}", "a.json", "b.json", "--kind", "compare")
        check_picture(folder, f"all.{form}", "a.json", "b.json", "partial.json",
                      size=(1500, 1600))
    check_picture(folder, "small.png", "a.json", size=(300, 300))
    check_picture(folder, "silent.png", "silent.json")
    check_picture(folder, "one.svg", "a.json", "--run", "order=9", "--repetition", "2")
    check_picture(folder, "hostile.svg", "hostile.json", "a.json")
    report("nothing in a document is run", [f"{path} was made" for path in folder.glob("attacked")])
    text = texts_of(folder / "all.svg")
    report("a picture says what it is of",
           [f"'{part}' is missing" for part in
            ("A: a.json", "C: partial.json", "EMULATED", "PARTIAL: interrupted", "GiB", "order=4",
             "NOT COMPARABLE: A, C: other kind of machine: real, emulated")
            if part not in text])


def check_free_maps(folder):
    """Snapshots of simulated machines as maps of free memory."""
    for name, source in (("before", "sim:1"), ("after", "sim:2,memory=3G")):
        done = subprocess.run([str(PROGRAM), "snapshot", "--source", source], capture_output=True,
                              text=True, timeout=TIMEOUT_S, cwd=folder, check=True)
        (folder / f"{name}.json").write_text(done.stdout)
    for form in ("svg", "png", "pdf"):
        check_picture(folder, f"freemap.{form}", "before.json", "after.json", "--kind", "freemap")
    text = texts_of(folder / "freemap.svg")
    report("a map says what it is of",
           [f"'{part}' is missing" for part in
            ("SIMULATED", "before.json, 2026-01-01T00:00:00Z", "after.json", "free as a whole", "GiB")
            if part not in text])
    code, said = run(folder, "plot", "a.json", "-o", "x.png", "--kind", "freemap")
    report("no map of a result", [] if code == 1 and "neither a snapshot nor a recording" in said
           else [f"exit {code}: {said}"])


def check_lab(folder):
    """Runs of the lab: every kind in every format, and what is not to be overlooked."""
    for name, *how in (("emulated",), ("measured", "real")):
        subprocess.run([LAB, folder / name, *how], check=True, timeout=TIMEOUT_S)
    for kind in LAB_KINDS:
        for form in ("svg", "png", "pdf"):
            check_picture(folder, f"lab-{kind}.{form}", "measured", "--kind", kind, "--published")
    check_picture(folder, "lab.svg", "emulated", "measured", size=(1500, 1600))
    check_picture(folder, "lab-one.png", "measured", "--run", "compiling base-auto")
    text = texts_of(folder / "lab.svg")
    report("a picture of the lab says what it is of",
           [f"'{part}' is missing" for part in
            ("A: emulated", "EMULATED", "UNPROVEN", "PARTIAL: 1 of 15 runs failed, 1 of 15 unavailable", "virtio-mem",
             "NOT COMPARABLE: A, B: other accelerator: tcg, kvm", "Student\u2019s t", "guest 3")
            if part not in text])
    code, said = run(folder, "compare", "emulated", "measured")
    report("emulated and measured runs are not compared", [] if code == 1 and
           "emulated, real" in said else [f"exit {code}: {said}"])
    code, said = run(folder, "compare", "measured", "measured", "-o", "lab.txt")
    report("compare of the lab", [] if code == 0 and "Iterations of one guest" in
           (folder / "lab.txt").read_text() else [f"exit {code}: {said}"])


def check_few(folder):
    """Two repetitions: `compare` has no interval of them, so pictures and tables have none."""
    for kind, documents in (("available", ("few.json",)), ("compare", ("few.json", "few.json"))):
        check_picture(folder, f"few-{kind}.svg", *documents, "--kind", kind)
        report(f"no interval of two, {kind}", [] if "no interval: too few repetitions" in
               texts_of(folder / f"few-{kind}.svg") else ["the caption does not say so"])
    report("intervals of five, none of four",
           [] if "95 percent intervals where there are enough repetitions" in
           texts_of(folder / "available.svg") else ["the caption does not say so"])
    run(folder, "report", "few.json", "-o", "few.html", path="/nonexistent")
    report("no interval of two in a table",
           [] if re.search('<th scope="row">available idle</th><td class="n">[^<]*</td>'
                           '<td class="n">\\?</td>', (folder / "few.html").read_text())
           else ["there is one"])


def check_uncounted(folder):
    """A document of which no repetition counts: compared it is refused, reported it is not."""
    for first, second in (("a.json", "flawed.json"), ("flawed.json", "a.json"),
                          ("flawed.json", "flawed.json")):
        code, said = run(folder, "compare", first, second)
        report(f"compare {first} {second}", [] if code == 1 and
               "flawed.json has no numbers that could be compared" in said else
               [f"exit {code}: {said}"])
        code, said = run(folder, "report", first, second, "-o", "uncounted.html",
                         path="/nonexistent")
        page = (folder / "uncounted.html").read_text() if code == 0 else said
        report(f"report {first} {second}", [] if "no numbers that could be compared" in page else
               [f"exit {code}: {said}"])
        (folder / "uncounted.html").unlink(missing_ok=True)


def check_refusals(folder):
    (folder / "x.json.png").symlink_to("a.json")
    (folder / "cut.json").write_bytes((folder / "a.json").read_bytes()[:5000])
    before = (folder / "a.json").read_bytes()
    for name, code, part, arguments in (
            ("no document", 2, "no result was named", ["plot", "-o", "x.png"]),
            ("no output", 2, "-o FILE", ["plot", "a.json"]),
            ("another ending", 2, ".svg, .png or .pdf", ["plot", "a.json", "-o", "x.gif"]),
            ("no such kind", 2, "heatmap", ["plot", "a.json", "-o", "x.png", "--kind", "pie"]),
            ("no such run", 2, "order=7", ["plot", "a.json", "-o", "x.png", "--run", "order=7"]),
            ("no latencies", 1, "needs histograms",
             ["plot", "silent.json", "-o", "x.png", "--kind", "latency"]),
            ("no such file", 1, "nothing.json", ["report", "nothing.json", "-o", "x.html"]),
            ("a document as output", 2, "that is the document",
             ["report", "a.json", "-o", "./a.json"]),
            ("a document as picture", 2, "that is the document",
             ["plot", "a.json", "-o", "x.json.png", "--kind", "all"]),
            ("a damaged result", 1, "cut.json", ["plot", "cut.json", "-o", "x.png"]),
            ("a damaged result compared", 1, "cut.json", ["compare", "a.json", "cut.json"]),
            ("no place", 1, "nowhere", ["plot", "a.json", "-o", "nowhere/x.png"])):
        got, said = run(folder, *arguments)
        report(name, [] if got == code and part in said else [f"exit {got}: {said}"])
    equal("a refusal leaves the document as it was",
          ((folder / "a.json").read_bytes(), (folder / "x.json.png").is_symlink()), (before, True))
    (folder / "x.json.png").unlink()
    report("what was refused left no file", [str(path) for path in folder.glob("x.*")])
    code, said = run(folder, "plot", "a.json", "-o", "x.png", path="/nonexistent")
    report("a plot without gnuplot", [] if code == 77 and "gnuplot-nox" in said else
           [f"exit {code}: {said}"])
    code, said = run(folder, "report", "a.json", "-o", "plain.html", path="/nonexistent")
    report("a report without gnuplot", [] if code == 0 and "no pictures" in said else
           [f"exit {code}: {said}"])


# ---- reports --------------------------------------------------------------------------------

TABLES = """[...document.querySelectorAll('table')].map(table => ({
    caption: table.caption.textContent,
    heads: [...table.querySelectorAll('thead th')].map(cell => cell.textContent),
    rows: [...table.querySelectorAll('tbody tr')].map(row =>
        [...row.cells].map(cell => cell.textContent))}))"""
IMAGES = "[...document.images].map(image => [image.naturalWidth > 0, image.alt.length > 40])"
# What a reader without sight, or with a narrow screen, depends on.
FAULTS = """[
    [!document.documentElement.lang, 'no language'],
    [!document.title, 'no title'],
    [document.querySelectorAll('h1').length != 1, 'not one h1'],
    [document.querySelectorAll('th:not([scope])').length, 'a head without scope'],
    [document.querySelectorAll('table:not(:has(caption))').length, 'a table without caption'],
    [document.scripts.length, 'a script'],
    [document.querySelectorAll('[onload], [onerror], iframe, object, embed, link').length, 'active'],
    ].filter(fault => fault[0]).map(fault => fault[1])"""
# Contrast of text, as WCAG 2 calculates it, of the kinds of elements that have a colour of their own.
CONTRAST = """(() => {
    const light = text => text.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255).map(x =>
        x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
        .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0.05);
    const paper = light(getComputedStyle(document.body).backgroundColor);
    return Math.min(...['body', 'h1', 'td', 'caption', 'figcaption', '.warn'].map(name =>
        document.querySelector(name)).filter(Boolean).map(element => {
            const ink = light(getComputedStyle(element).color);
            return Math.max(ink, paper) / Math.min(ink, paper)}))})()"""


def table(tables, caption):
    return next((entry for entry in tables if entry["caption"] == caption), None)


def check_page(window, folder, name, images, pictures):
    """What holds of every report."""
    window.show(1100, 900, "light")
    window.open(folder / name)
    outside = [url for url in window.requests() if not url.startswith(("file:", "data:image/"))]
    report(f"{name}: nothing is asked of anybody", outside)
    report(f"{name}: the browser complains of nothing", window.complaints())
    equal(f"{name}: every picture is there, with words", window.evaluate(IMAGES),
          [[True, True]] * images)
    report(f"{name}: structure", window.evaluate(FAULTS))
    for width, scheme in ((1100, "light"), (1100, "dark"), (400, "light"), (400, "dark")):
        window.show(width, 900, scheme)
        equal(f"{name}: fits {width} pixels, {scheme}",
              window.evaluate("document.documentElement.scrollWidth <= innerWidth"), True)
        contrast = window.evaluate(CONTRAST)
        report(f"{name}: contrast, {scheme}", [] if contrast >= 4.5 else [f"only {contrast}"])
        if pictures:
            window.screenshot(f"{pictures}/{name}-{width}-{scheme}.png")


def check_numbers(window, folder):
    """Medians of tests/unit/sample_result.h: of five repetitions, one percent apart, the third."""
    window.open(folder / "one.html")
    tables = window.evaluate(TABLES)
    overview = table(tables, "Medians of the repetitions that count")
    heads = overview["heads"]
    wanted = {"available idle": ["6.00 GiB", "5.74 GiB", "5.50 GiB"],
              "available antagonized": ["4.00 GiB", "3.49 GiB", "3.00 GiB"],
              "allocs": ["8.00M/s", "1.99M/s", "500k/s"],
              "counted": ["5 of 5", "4 of 5", "5 of 5"]}
    for head, values in wanted.items():
        equal(f"medians: {head}", [row[heads.index(head)] for row in overview["rows"]], values)
    full = table(tables, "order=0: medians of the repetitions that count")
    equal("median, interval, quartiles, range", full["rows"][0],
          ["available idle", "6.00 GiB", "5.97 GiB to 6.03 GiB", "5.98 GiB to 6.02 GiB",
           "5.97 GiB to 6.03 GiB", "5"])
    every = table(tables, "order=4: every repetition")
    equal("the repetition that does not count says why", every["rows"][4][3],
          "no: the guard's reserve was reached")
    machine = dict(table(tables, "What was measured, and with what")["rows"])
    equal("who was measured", (machine["kernel"], machine["memory"], machine["CPUs"]),
          ("6.1.0-56-amd64", "8.00 GiB", "4"))


def check_comparison(window, folder):
    """b is a fourth faster than a in every repetition: of five and five, p is 2 / C(10, 5)."""
    window.open(folder / "three.html")
    compared = table(window.evaluate(TABLES), "order=0: A and B")
    rows = {row[0]: row for row in compared["rows"]}
    heads = compared["heads"]
    allocs = dict(zip(heads[:3] + heads[7:], rows["allocs"][:3] + rows["allocs"][7:]))
    equal("what is faster is called so",
          (allocs["verdict"], allocs["A"], allocs["difference"], allocs["p"]),
          ("faster", "8.00M/s", "+25.0 %", "0.008"))
    equal("what is the same is not", rows["available idle"][1], "no difference shown")
    report("what is not comparable is called so", [] if window.evaluate(
        "document.querySelector('#comparison + p.warn + ul').textContent").strip() ==
        "A, C: other kind of machine: real, emulated" else ["it is not"])


def check_lab_numbers(window, folder):
    """By tests/report/lab.c: 2 GiB shrink in 4 s, and up to four percent more in five iterations."""
    window.open(folder / "lab-emulated.html")
    tables = window.evaluate(TABLES)
    inflate = table(tables, "inflate: all runs that count")
    heads = inflate["heads"]
    row = next(row for row in inflate["rows"] if row[:2] == ["base-manual", "shrink speed"])
    # 2048 MiB / 4.08 s; 0.951 GiB/s were published.
    equal("lab: values, median and what was published",
          [row[heads.index(head)] for head in ("n", "median", "published")],
          ["5", "502 MiB/s", "974 MiB/s"])
    warnings = window.evaluate("[...document.querySelectorAll('.warn')].map(w => w.textContent)")
    wanted = ("EMULATED: 15 of 15 runs", "UNPROVEN: 1 of 15", "FAILED: 1 of 15", "UNAVAILABLE: for 1",
              "compiling virtio-mem-auto r01: guest-panic",
              "compiling base-auto reporting-delay=100ms r01: unavailable: "
              "the guest's kernel <b>has</b> none")
    report("lab: what must not be overlooked", [f"'{part}' is missing" for part in wanted
                                                if not any(part in text for text in warnings)])
    rows = table(tables, "compiling: all runs that count")["rows"]
    report("lab: what is unavailable has no number",
           [str(row) for row in rows if "reporting-delay" in row[0]])
    every = table(tables, "Every run, its end and its parameters")
    equal("lab: every run", len(every["rows"]), 15)
    window.open(folder / "lab-measured.html")
    report("lab: real runs are not called emulated",
           [text for text in window.evaluate(
               "[...document.querySelectorAll('.warn')].map(w => w.textContent)")
            if "EMULATED" in text or "UNPROVEN" in text and "1 of 15" not in text])


def check_oracle(window, folder):
    """That the checks above would have seen a request, and that the policy of the page forbids it."""
    page = (folder / "one.html").read_text()
    guest = "<img src='http://attacked.invalid/x.png'><script>document.title = 'attacked'</script>"
    (folder / "forbidden.html").write_text(page.replace("<main>", "<main>" + guest))
    (folder / "allowed.html").write_text(
        re.sub("<meta http-equiv=.*?>", "", page).replace("<main>", "<main>" + guest))
    window.open(folder / "forbidden.html")
    report("the policy forbids a script and a foreign picture",
           [] if len(window.complaints()) >= 2 and window.evaluate("document.title") != "attacked"
           else [f"{window.complaints()}"])
    window.open(folder / "allowed.html")
    report("without the policy both would be seen",
           [] if window.evaluate("document.title") == "attacked" and
           any("attacked.invalid" in url for url in window.requests()) else [window.requests()])


def check_reports(folder, pictures):
    for name, *arguments in (("one", "a.json"), ("three", "a.json", "b.json", "partial.json"),
                             ("hostile", "hostile.json", "--title", "<b>'x'</b>")):
        equal(f"{name}.html is made", run(folder, "report", *arguments, "-o", f"{name}.html"),
              (0, ""))
    for name, *more in (("emulated", "--published"), ("measured",)):
        equal(f"lab-{name}.html is made",
              run(folder, "lab", "report", name, *more, "-o", f"lab-{name}.html"), (0, ""))
    window = browser.Browser()
    try:
        check_page(window, folder, "one.html", 4, pictures)
        check_page(window, folder, "three.html", 5, pictures)
        check_page(window, folder, "hostile.html", 4, pictures)
        equal("a title is a text", window.evaluate("document.title"), "<b>'x'</b>")
        check_page(window, folder, "plain.html", 0, pictures)
        for name in ("emulated", "measured"):
            check_page(window, folder, f"lab-{name}.html", len(LAB_KINDS), pictures)
        check_lab_numbers(window, folder)
        check_numbers(window, folder)
        check_comparison(window, folder)
        check_oracle(window, folder)
    finally:
        window.close()


def main():
    if not shutil.which("gnuplot"):
        skip("pictures and reports", "gnuplot is not installed")
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(sys.argv[2] if len(sys.argv) > 2 else name).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            make_documents(folder)
            check_pictures(folder)
            check_refusals(folder)
            check_uncounted(folder)
            check_few(folder)
            check_free_maps(folder)
            check_lab(folder)
            if browser.find():
                check_reports(folder, folder if len(sys.argv) > 2 else None)
            else:
                skip("reports in a browser", "chromium is not installed")
    return finish()


sys.exit(main())
