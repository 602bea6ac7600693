"""The rules of the layout: each a function that looks at a tree of files and gives back what is wrong with it, one
line each, "file:line: what". docs/architecture.md says why they are rules."""

import re
import subprocess
from pathlib import Path

# The rooms, and the height of each: an include goes down, or stays in its room.
HEIGHT = {
    "core/base": 0,
    "core/http": 1, "core/crypto": 1, "core/expr": 1,
    "core/redis": 2,
    "core/config": 3,
    "core/session": 4, "core/authn": 4,
    "core/credentials": 5, "core/rules": 5,
    "gateway": 6, "cli": 6,
    "mod_sso": 7, "portal": 7, "manager": 7, "registration": 7,
}
# The life of a CGI program is no business of the module's or of an ssh command.
NOT_BELOW = {("mod_sso", "gateway"), ("mod_sso", "cli"), ("registration", "gateway")}

# A foreign library, by the beginning of its headers' names, and the rooms that have it.
FOREIGN = {
    "tl/": {"core/base/result.hpp"},
    "openssl/": {"core/crypto", "core/redis"},
    "hiredis/": {"core/redis"},
    "emmintrin.h": {"core/base"},
    "pcre2.h": {"core/expr"},
    "toml++/": {"core/config"},
    "nlohmann/": {"core/config", "core/session", "core/rules", "portal", "manager", "registration"},
    "lmdb.h": {"core/session"},
    "ldap.h": {"core/authn"},
    "lber.h": {"core/authn"},
    "ctemplate/": {"gateway"},
    "fcgiapp.h": {"gateway"},
    "fcgi_stdio.h": {"gateway"},
    "CLI/": {"cli", "manager", "registration"},
    # httpd and APR: one file includes them and tames their macros
    "ap_": {"mod_sso/httpd.hpp"}, "apr": {"mod_sso/httpd.hpp"}, "http_": {"mod_sso/httpd.hpp"},
    "httpd.h": {"mod_sso/httpd.hpp"}, "util_": {"mod_sso/httpd.hpp"}, "mod_": {"mod_sso/httpd.hpp"},
    "mpm_common.h": {"mod_sso/httpd.hpp"}, "scoreboard.h": {"mod_sso/httpd.hpp"}, "unixd.h": {"mod_sso/httpd.hpp"},
}
# What comes with the system. A header that is neither here nor above wants a decision: which room has that library?
SYSTEM = re.compile(r"(?:[a-z_]+|(?:arpa|linux|net|netinet|sys)/[a-z_]+\.h|(?:dirent|dlfcn|fcntl|grp|malloc|netdb|poll|pthread"
                    r"|pwd|resolv|sched|semaphore|signal|spawn|syslog|termios|unistd)\.h)$")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>)')
SOURCE = {".cpp", ".hpp"}


def project_files(root: Path) -> list[Path]:
    """What belongs to the project: git's files, relative to `root`."""
    names = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z", "--cached", "--others",
                            "--exclude-standard"], capture_output=True, check=True).stdout
    paths = [Path(name.decode()) for name in names.split(b"\0") if name]
    return sorted(path for path in paths if (root / path).is_file())


def room_of(path: Path) -> str | None:
    """The room that `path`, relative to the tree's top, lies in."""
    for length in (2, 1):
        room = "/".join(path.parts[:length])
        if len(path.parts) > length and room in HEIGHT:
            return room
    return None


def sources(root: Path, files: list[Path]):
    """Path, room and lines of each C++ file in a room."""
    for path in files:
        if path.suffix in SOURCE and (room := room_of(path)):
            yield path, room, (root / path).read_text(errors="replace").splitlines()


def _may_include(room: str, other: str) -> bool:
    return room == other or (HEIGHT[other] < HEIGHT[room] and (room, other) not in NOT_BELOW)


def _foreign_problem(path: Path, room: str, header: str) -> str | None:
    for beginning, rooms in FOREIGN.items():
        if header.startswith(beginning):
            return None if room in rooms or str(path) in rooms else f"<{header}> belongs to {', '.join(sorted(rooms))}"
    return None if SYSTEM.match(header) else f"<{header}> is of no library that a room has"


def wrong_includes(root: Path, files: list[Path]) -> list[str]:
    """Includes that go up or sideways, that do not start at the top of the tree, or that fetch a foreign library from
    outside its room."""
    findings = []
    for path, room, lines in sources(root, files):
        for number, line in enumerate(lines, 1):
            if not (match := INCLUDE.match(line)):
                continue
            if match[2] is not None:
                problem = _foreign_problem(path, room, match[2])
            elif (other := room_of(Path(match[1]))) is None or ".." in Path(match[1]).parts:
                problem = f'"{match[1]}" does not name a room from the top of the tree'
            elif not _may_include(room, other):
                problem = f"{room} may not know {other}"
            else:
                problem = None
            if problem:
                findings.append(f"{path}:{number}: {problem}")
    return findings


def wrong_links(root: Path, files: list[Path]) -> list[str]:
    """Rooms whose CMake target links a room that they may not include."""
    findings = []
    for path in files:
        if path.name != "CMakeLists.txt" or not (room := room_of(path)):
            continue
        text = re.sub(r"#.*", "", (root / path).read_text())
        for name in re.findall(r"\bsso_(\w+)\b", text):
            other = f"core/{name}" if f"core/{name}" in HEIGHT else name
            if other in HEIGHT and not _may_include(room, other):
                findings.append(f"{path}: {room} links {other}")
    return findings


def exported_symbols(module: Path) -> list[str]:
    """What a shared library exports beside `sso_module`. (A is the version's own name in the table.)"""
    out = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True).stdout
    symbols = [line.split()[-2:] for line in out.splitlines()]
    names = [name for kind, name in symbols if kind != "A"]
    findings = [f"{module.name} exports {name}" for name in names if name.partition("@")[0] != "sso_module"]
    return findings if len(names) > len(findings) else [*findings, f"{module.name} does not export sso_module"]


def suppressed_calls(suppressions: str, module: Path) -> list[str]:
    """Suppressions of the thread sanitizer's that could hide something of ours: those of a function that the module
    calls. (A suppression holds wherever its name stands in a report.)"""
    out = subprocess.run(["nm", "-D", "--undefined-only", module], capture_output=True, text=True, check=True).stdout
    called = {line.split()[-1].partition("@")[0] for line in out.splitlines()}
    return [f"{name} is suppressed, and {module.name} calls it"
            for name in re.findall(r"^\w+:(\S+)$", suppressions, re.MULTILINE) if name in called]


# Initialisers that run when a library is loaded, and the registration of destructors that run when it is unloaded.
AT_LOAD = re.compile(r"\b(_GLOBAL__sub_I_\S*|__cxa_atexit|__cxa_thread_atexit(?:_impl)?)\b")


def static_objects(objects: list[Path]) -> list[str]:
    """Objects with something static that has a constructor to run or a destructor: httpd unloads the module and loads
    it again."""
    findings = []
    for path in objects:
        out = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
        for name in sorted(set(AT_LOAD.findall(out))):
            findings.append(f"{path.name}: {name}: a static object with a constructor or destructor")
    return findings


LEVEL = "(?:debug|info|notice|warning|error)"
ENTRY = re.compile(rf"### SSO(\d{{4}}) {LEVEL}(?: or {LEVEL})*: \S")
COMMENT = re.compile(r"(?<!:)//.*")
WRITTEN = re.compile(r"\bSSO(\d{4})\b")
GIVEN = re.compile(r"\bLogLevel::\w+,\s*(\w+)")
CONSTANT = re.compile(r"\b(k[A-Z]\w*)\s*=\s*(\d+)\b")


def log_numbers(root: Path, files: list[Path]) -> list[str]:
    """Numbers of log lines without an entry in docs/messages.md, entries without a log line, entries that stand twice
    or are malformed. A number is SSOnnnn in a text, or an int behind a LogLevel, as itself or as a constant of the room."""
    findings = []
    entries: dict[int, int] = {}
    messages = root / "docs/messages.md"
    for line_number, line in enumerate(messages.read_text().splitlines() if messages.exists() else [], 1):
        if not line.startswith("### "):
            continue
        if not (match := ENTRY.match(line)):
            findings.append(f'docs/messages.md:{line_number}: not "### SSOnnnn level: title"')
        elif int(match[1]) in entries:
            findings.append(f"docs/messages.md:{line_number}: SSO{match[1]} is explained twice")
        else:
            entries[int(match[1])] = line_number

    code = [(path, number, COMMENT.sub("", line)) for path, _, lines in sources(root, files)
            for number, line in enumerate(lines, 1)]
    constants = {(path.parts[:-1], match[1]): int(match[2])
                 for path, _, line in code for match in CONSTANT.finditer(line)}
    used: dict[int, str] = {}
    for path, number, line in code:
        where = f"{path}:{number}"
        for match in WRITTEN.finditer(line):
            used.setdefault(int(match[1]), where)
        for match in GIVEN.finditer(line):
            name = match[1]
            if name.isdigit():
                used.setdefault(int(name), where)
            elif (path.parts[:-1], name) in constants:
                used.setdefault(constants[path.parts[:-1], name], where)
            elif name.startswith("k"):
                findings.append(f"{where}: {name}: no such number in this room")
    findings += [f"{where}: SSO{number:04} is not explained in docs/messages.md"
                 for number, where in sorted(used.items()) if number not in entries]
    findings += [f"docs/messages.md:{line}: SSO{number:04} is in no log line"
                 for number, line in sorted(entries.items()) if number not in used]
    return findings


# Written in halves, so that this file does not hold them. Addresses of machines that only one developer can reach, and
# folders that only one machine has, mean nothing to who reads the project.
FORBIDDEN = re.compile("|".join([
    "/wor" "k/", "/tm" r"p/w" r"t\b", "/op" "t/wheels",
    r"https?://[^/\s\"']*(?:artif" r"actory|nex" r"us|mirr" r"or|pro" r"xy)[^/\s\"']*[./:]",
]))
# package-lock.json must not name where packages came from (tests/browser/.npmrc sees to it).
RESOLVED = re.compile(r'"resolved":\s*"[^"]*"')
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def wrong_words(root: Path, files: list[Path]) -> list[str]:
    """Paths and hosts of one machine, and marks of unfinished work."""
    findings = []
    for path in files:
        try:
            text = (root / path).read_text()
        except UnicodeDecodeError:
            continue  # a picture, a seed of a fuzzer
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in (FORBIDDEN, RESOLVED, UNFINISHED):
                if match := pattern.search(line):
                    findings.append(f"{path}:{number}: {match[0]}")
    return findings


LONGEST_FILE = 550


def wrong_files(root: Path, files: list[Path]) -> list[str]:
    """Files that hold more than one thing, headers that do not say what they offer, sources that do not prove that
    their header stands alone, and namespaces opened on everybody."""
    findings = []
    present = set(files)
    for path, _, lines in sources(root, files):
        if len(lines) > LONGEST_FILE:
            findings.append(f"{path}: {len(lines)} lines: more than one thing")
        if path.suffix == ".hpp":
            if not lines or not lines[0].startswith("// "):
                findings.append(f"{path}:1: a header opens with what it offers")
            if "#pragma once" not in lines:
                findings.append(f"{path}: no #pragma once")
            findings += [f"{path}:{number}: using namespace in a header"
                         for number, line in enumerate(lines, 1) if re.match(r"\s*using namespace\b", line)]
        elif path.with_suffix(".hpp") in present:
            first = next((match[1] for line in lines if (match := INCLUDE.match(line))), None)
            if first != str(path.with_suffix(".hpp")):
                findings.append(f"{path}: its own header is not the first that it includes")
    return findings


# How a text could become HTML or code in a page. What comes from outside enters it as text nodes and attributes alone.
TEXT_AS_CODE = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|DOMParser|srcdoc"
                          r"|document\.write|eval|new Function)\b|[\"'`]javascript:|setAttribute\([\"'`](?:on|style)")


def text_as_code(root: Path, files: list[Path]) -> list[str]:
    """Places in the pages' own modules where a text could become HTML or code."""
    return [f"{path}:{number}: {match[0]}"
            for path in files if path.suffix == ".js" and room_of(path)
            for number, line in enumerate((root / path).read_text().splitlines(), 1)
            if (match := TEXT_AS_CODE.search(line))]
