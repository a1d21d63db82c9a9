# SPDX-License-Identifier: GPL-2.0
"""Tests side by side: those on a terminal mostly wait."""
import contextlib
import io
import multiprocessing
import os
import traceback

JOBS = []


def _run(index):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            problems = JOBS[index][1]()
        except Exception:  # pylint: disable=broad-except
            # A test that breaks off is one failure, not the end of all.
            problems = [traceback.format_exc().strip().replace("\n", " | ")]
    return said.getvalue(), problems


def run(jobs, tally):
    """Each job is a name and a function that returns a list of problems; reported in their order."""
    JOBS[:] = jobs
    with multiprocessing.get_context("fork").Pool(2 * (os.cpu_count() or 1)) as pool:
        for (name, _), (said, problems) in zip(jobs, pool.imap(_run, range(len(jobs)))):
            print(said, end="")
            tally.result(name, problems)
