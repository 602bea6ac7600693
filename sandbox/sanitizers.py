"""Running Debian's httpd with a module that was built with a sanitizer: its runtime must be there before anything else is.
What it finds goes to httpd's error log, where tests fail on every line that they did not announce."""

import subprocess
from pathlib import Path

SUPPRESSIONS = Path(__file__).resolve().parents[1] / "tests" / "data" / "tsan_suppressions.txt"

# By a symbol that a library needs: the runtime, and the environment that it reads.
RUNTIMES = {
    # httpd gives its memory back when it ends by ending; pools are no leak
    b"__asan_init": ("libasan.so", {"ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0",
                                    "UBSAN_OPTIONS": "print_stacktrace=1"}),
    b"__tsan_init": ("libtsan.so", {"TSAN_OPTIONS": f"suppressions={SUPPRESSIONS}:die_after_fork=0"}),
}
# prefork's children end inside the handler of the signal that ends them, and free what they have there
PREFORKS = {"TSAN_OPTIONS": "report_signal_unsafe=0"}


def environment(library: Path, mpm: str) -> dict[str, str]:
    """What an httpd of that process model needs in its environment to load `library`; nothing for one that was built
    without sanitizers."""
    code = library.read_bytes()
    for symbol, (runtime, variables) in RUNTIMES.items():
        if symbol in code:
            path = subprocess.run(["gcc", f"-print-file-name={runtime}"], capture_output=True, text=True, check=True)
            if mpm == "prefork":
                variables = {name: f"{text}:{PREFORKS[name]}" if name in PREFORKS else text for name, text in variables.items()}
            return {"LD_PRELOAD": path.stdout.strip(), **variables}
    return {}


def joined(first: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """Both environments. What `first` preloads is there before what `more` preloads, as a sanitizer's runtime must be."""
    preloads = [environment["LD_PRELOAD"] for environment in (first, more) if "LD_PRELOAD" in environment]
    return {**first, **more, **({"LD_PRELOAD": ":".join(preloads)} if preloads else {})}
