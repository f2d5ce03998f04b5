"""Programs that try to get out, to stay, or to bring the machine down."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from pathlib import Path

import pytest

from agoranomos.errors import MachineError
from agoranomos.scenarios.tool_use import sandbox
from agoranomos.scenarios.tool_use.sandbox import LONGEST_CODE, Limits, inside, run_python, running

SHORT = Limits(seconds=1.0, memory=1 << 28)
ROOMY = Limits(seconds=30.0, memory=1 << 28)
"""Time enough for what ends by itself, however busy the machine is."""

UNHOOKED = """\
import __main__ as m
m.REFUSED = ()
ct = m.ctypes
c = ct.CDLL(None, use_errno=True)
"""
"""Takes down the audit hook and reaches for C: from here on only the kernel is in the way."""

linux = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in inside.ALLOWED, reason="the kernel's filter is Linux's"
)


def ran(code, limits=ROOMY):
    result = run_python(code, limits)
    return result.ended, result.output


# -- what it is for --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("print(2 + 2)", "4\n"),
        ("import math\nprint(math.comb(50, 25))", "126410606437752\n"),
        ("from fractions import Fraction\nprint(Fraction(1, 3) + Fraction(1, 6))", "1/2\n"),
        ("print('é')", "é\n"),
        ("print(input)", "<built-in function input>\n"),
        ("import sys\nprint('to both', file=sys.stderr)", "to both\n"),
        ("print(1)\nraise SystemExit(3)", "1\n"),
        ("", ""),
    ],
)
def test_a_program_prints(code, output):
    assert ran(code) == ("finished", output)


def test_numpy_can_be_used():
    code = "import numpy as np\nprint(np.linalg.solve([[2.0, 0], [0, 4]], [1.0, 1]))\nprint(np.random.rand() < 1)"
    assert ran(code, Limits(seconds=30.0)) == ("finished", "[0.5  0.25]\nTrue\n")


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("print(1)\n1 / 0", "1\nZeroDivisionError: division by zero\n"),
        ("def f(:", "SyntaxError: invalid syntax (<program>, line 1)\n"),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded\n"),
        ("input()", "EOFError: EOF when reading a line\n"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: \n"),
        ("print('\\0')\nimport nothing", "\0\nModuleNotFoundError: No module named 'nothing'\n"),
    ],
)
def test_what_goes_wrong_is_its_last_line(code, last):
    assert ran(code) == ("error", last)


def test_the_same_program_prints_the_same_again():
    code = "import random\nprint(random.random(), hash('a'), {str(n) for n in range(20)})"
    assert ran(code) == ran(code)


def test_it_sees_nothing_of_whoever_asked(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    ended, output = ran("import os, sys\nprint(sorted(os.environ), sys.argv, sys.path)")
    assert ended == "finished"
    assert "SECRET" not in output
    assert output.endswith("[''] []\n")


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "print(2 ** 10 ** 9 % 7)",
        "import time\ntime.sleep(1000)",
        "import os\nos.close(1)\nwhile True: pass",
        "try:\n    while True: pass\nexcept BaseException:\n    while True: pass",
        UNHOOKED + "c.signal(24, 1)\nc.signal(15, 1)\nwhile True: pass",
    ],
)
def test_who_goes_on_is_ended_in_time(code):
    started = time.monotonic()
    assert run_python(code, SHORT).ended == "out of time"
    assert time.monotonic() - started < SHORT.seconds + 60


def test_memory_has_an_end():
    assert ran("x = bytearray(10 ** 10)") == ("error", "MemoryError: \n")
    assert ran("x = []\nwhile True: x.append(bytearray(10 ** 7))") == ("error", "MemoryError: \n")


def test_output_has_an_end():
    for code in (
        "while True: print('spam')",
        "print('x' * 10 ** 7)",
        "import os\nwhile True: os.write(1, b'x' * 65536)",
    ):
        result = run_python(code, ROOMY)
        assert (result.ended, len(result.output)) == ("too much output", ROOMY.output)


def test_output_that_is_no_text_is_bounded_too():
    result = run_python("import os\nos.write(1, bytes(range(128, 256)) * 100)", ROOMY)
    assert result.ended == "too much output"
    assert len(result.output) == ROOMY.output


def test_a_program_that_is_too_long_is_not_run():
    assert "is not run" in run_python("#" * (LONGEST_CODE + 1)).output


@pytest.mark.parametrize("code", [UNHOOKED + "ct.string_at(0)", UNHOOKED + "c.abort()"])
def test_who_dies_is_said_to_have(code):
    assert ran(code)[0] == "killed"


@pytest.mark.parametrize(
    ("number", "ended"),
    [(0, "finished"), (1, "killed"), (3, "killed"), (inside.NOT_PERMITTED, "killed"), (inside.FAILED, "error")],
)
def test_no_number_that_a_program_ends_with_speaks_for_the_machine(number, ended):
    assert ran(f"print('on')\nimport os\nos._exit({number})") == (ended, "on\n")


def test_a_program_that_writes_what_begins_one_has_written_it():
    assert ran(f"print({inside.READY.decode()!r} * 2, end='')") == ("finished", inside.READY.decode() * 2)


@pytest.mark.parametrize("last", ["while True: pass", "import time\ntime.sleep(1000)"])
def test_what_was_printed_before_time_was_up_is_there(last):
    limits = Limits(seconds=5.0, memory=1 << 28)
    assert ran(f"print('so far')\nprint(2, end='')\n{last}", limits) == ("out of time", "so far\n2")


@pytest.mark.parametrize("seconds", [0.3, 1.49, 1.5])
def test_it_is_the_clock_that_ends_an_endless_loop(seconds):
    """Of seconds that are no whole number the kernel, which counts whole ones, must not be the first to say so."""
    assert {ran("while True: pass", Limits(seconds=seconds))[0] for _ in range(3)} == {"out of time"}


@pytest.mark.parametrize(
    ("code", "output"),
    [
        (
            "class E(Exception):\n    def __str__(self): 1 / 0\nraise E",
            "Exception: an error that cannot be put into words\n",
        ),
        ("import builtins\nbuiltins.print = None\n1 / 0", "ZeroDivisionError: division by zero\n"),
        ("import sys\nsys.stdout = None\n1 / 0", "ZeroDivisionError: division by zero\n"),
        ("import sys\nsys.stdout.detach()\n1 / 0", "ZeroDivisionError: division by zero\n"),
        ("import os\nos.write = os._exit = None\n1 / 0", "ZeroDivisionError: division by zero\n"),
        ("import os\nos.close(1)\n1 / 0", ""),
    ],
)
def test_an_error_is_told_without_a_word_of_where_this_is_installed(code, output):
    assert ran(code) == ("error", output)


# -- ways out --------------------------------------------------------------------------------------------------------

HOME = Path.home()
TRIED = {
    "read": "open('/etc/passwd')",
    "write": "open('/tmp/agora-escaped', 'w')",
    "home": f"import os\nos.listdir({str(HOME)!r})",
    "fork": "import os\nwhile True: os.fork()",
    "spawn": "import os\nos.posix_spawn('/bin/ls', ['ls'], {})",
    "system": "import os\nos.system('ls')",
    "exec": "import os\nos.execv('/bin/ls', ['ls'])",
    "parent": "import os\nos.kill(os.getppid(), 9)",
    "group": "import os\nos.killpg(0, 9)",
    "directory": "import os\nos.chdir('/')",
    "remove": "import os\nos.remove('/tmp/agora-escaped')",
    "pipe": "import os\nos.mkfifo('/tmp/agora-escaped')",
}
IMPORTED = ["socket", "subprocess", "ctypes", "signal", "threading", "multiprocessing", "shutil", "pathlib", "resource"]


@pytest.mark.parametrize("tried", TRIED)
def test_the_hook_says_no(tried):
    ended, output = ran(TRIED[tried])
    assert ended == "error"
    assert "PermissionError" in output
    assert not Path("/tmp/agora-escaped").exists()


@pytest.mark.parametrize("module", IMPORTED)
def test_what_leads_out_cannot_be_imported(module):
    ended, output = ran(f"import {module}\nprint('in')")
    assert (ended, "ModuleNotFoundError" in output or "ImportError" in output) == ("error", True)


@linux
@pytest.mark.parametrize("tried", TRIED)
def test_without_the_hook_the_kernel_says_no(tried):
    ended, output = ran(UNHOOKED + TRIED[tried])
    assert "Operation not permitted" in output or (tried == "system" and ended == "finished" and not output)
    assert not Path("/tmp/agora-escaped").exists()


CALLS = {
    "open": "c.open(b'/etc/passwd', 0)",
    "create": "c.open(b'/tmp/agora-escaped', 0o101, 0o600)",
    "socket": "c.socket(2, 1, 0)",
    "local socket": "c.socket(1, 1, 0)",
    "fork": "c.fork()",
    "kill the parent": "c.kill(c.getpgid(0) or 1, 0)",
    "kill all": "c.kill(-1, 0)",
    "trace": "c.ptrace(16, 1, 0, 0)",
    "raise a limit": "c.setrlimit(0, ct.create_string_buffer(16))",
    "be root": "c.setuid(0)",
    "leave the session": "c.setsid()",
    "another filter": "c.prctl(38, 0, 0, 0, 0)",
    "outlive": "c.prctl(1, 0, 0, 0, 0)",
    "mount": "c.mount(b'/', b'/tmp', b'none', 4096, None)",
    "namespace": "c.unshare(0x10000000)",
    "shared memory": "c.shmget(1, 4096, 0o1600)",
    "true randomness": "c.getrandom(ct.create_string_buffer(8), 8, 0)",
    "io_uring": "c.syscall(425, 8, ct.create_string_buffer(256))",
    "the other interface of x86": "c.syscall(0x40000000 + 39)",
}


@linux
@pytest.mark.parametrize("call", CALLS)
def test_foreign_functions_do_not_lead_out_either(call):
    assert ran(f"{UNHOOKED}print({CALLS[call]}, ct.get_errno())") == ("finished", "-1 1\n")
    assert not Path("/tmp/agora-escaped").exists()


@pytest.fixture
def unfiltered(monkeypatch, tmp_path):
    """The sandbox as it is on a system that has no filter."""
    other = tmp_path / "inside.py"
    other.write_text(Path(inside.__file__).read_text().replace("sys.platform != ", "sys.platform == "))
    monkeypatch.setattr(running, "_INSIDE", other)


@linux
def test_the_filter_is_what_says_no(unfiltered, monkeypatch):
    """Else the tests above might pass for want of an attack."""
    attack = UNHOOKED + "import os\nprint(os.stat('/etc/passwd').st_size, c.kill(c.getppid(), 0))"
    reached = run_python(attack, ROOMY, isolation="attempted").output
    assert reached.startswith(f"{Path('/etc/passwd').stat().st_size} ")
    monkeypatch.undo()
    assert ran(attack)[1] == "PermissionError: [Errno 1] Operation not permitted: '/etc/passwd'\n"


@linux
def test_processor_time_is_bounded_where_no_clock_is_read(unfiltered):
    code = UNHOOKED + "print(*m.resource.getrlimit(m.resource.RLIMIT_CPU))\ngetattr(c, 'raise')(24)"
    ran = run_python(code, Limits(seconds=2.5), isolation="attempted")
    soft, hard = (int(part) for part in ran.output.split())
    assert 2.5 < soft < hard < 60
    assert ran.ended == "out of time"


@pytest.mark.parametrize("code", ["print(1)", "#" * LONGEST_CODE])
def test_a_python_that_does_not_come_up_is_no_fault_of_the_program(code, tmp_path, monkeypatch):
    broken = tmp_path / "inside.py"
    broken.write_text("raise SystemExit(9)")
    monkeypatch.setattr(running, "_INSIDE", broken)
    with pytest.raises(MachineError, match="ended with 9"):
        run_python(code)
    broken.write_text("import time\ntime.sleep(1000)")
    monkeypatch.setattr(running, "_TO_BEGIN", 0.1)
    with pytest.raises(MachineError, match="could not be made ready"):
        run_python("print(1)")


@linux
def test_loading_is_not_counted(tmp_path, monkeypatch):
    slow = tmp_path / "inside.py"
    whole = Path(inside.__file__).read_text()
    slow.write_text(whole.replace("    load(code, packages)\n", "    load(code, packages)\n    time.sleep(6.0)\n"))
    monkeypatch.setattr(running, "_INSIDE", slow)
    assert slow.read_text() != whole
    assert ran("print(1)", Limits(seconds=5.9)) == ("finished", "1\n")


def test_where_it_cannot_be_enforced_nothing_is_run(unfiltered):
    with pytest.raises(MachineError, match="no seccomp filter"):
        run_python("print(1)", ROOMY)
    assert run_python("print(1)", ROOMY, isolation="attempted").output == "1\n"
    assert "not permitted" in run_python("open('/etc/passwd')", ROOMY, isolation="attempted").output


# -- what is left behind ---------------------------------------------------------------------------------------------


def children(pid):
    """Processes whose parent is `pid`, and whether the filter is in force in each."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if fields["PPid"] == str(pid):
            found[int(status.parent.name)] = fields.get("Seccomp", "").strip() == "2"
    return found


def awaited(found, seconds=60):
    end = time.monotonic() + seconds
    while not (there := found()) and time.monotonic() < end:
        os.sched_yield()
    return there


@linux
def test_no_process_and_no_folder_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(running.tempfile, "tempdir", str(tmp_path))
    before = children(os.getpid()).keys()
    for code in ("print(1)", "while True: pass", "print('x' * 10 ** 7)", "import os\nos.close(1)\nwhile True: pass"):
        run_python(code, SHORT)
    assert children(os.getpid()).keys() <= before
    assert list(tmp_path.iterdir()) == []


@linux
def test_it_does_not_outlive_whoever_asked(tmp_path):
    """Whoever asked is killed; the program, which would go on for long, is gone at once."""
    asking = multiprocessing.get_context("fork").Process(target=run_python, args=("while True: pass", Limits(600)))
    asking.start()
    (child,) = awaited(lambda: [pid for pid, shut in children(asking.pid).items() if shut])
    asking.kill()
    asking.join()
    assert awaited(lambda: not Path(f"/proc/{child}").exists())


def test_it_is_offered_under_one_name():
    assert set(sandbox.__all__) == {"LONGEST_CODE", "Ended", "Isolation", "Limits", "Ran", "run_python"}
