"""Holds the project to tests/layout/rules.py, and each rule to a sample that breaks it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import rules  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SSO_BUILD_DIR", ROOT / "build" / "dev")).resolve()
RULES_OF_SOURCES = (rules.wrong_includes, rules.wrong_links, rules.log_numbers, rules.wrong_words, rules.wrong_files,
                    rules.text_as_code)


# the project

@pytest.mark.parametrize("rule", RULES_OF_SOURCES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    files = rules.project_files(ROOT)
    assert Path("core/base/result.hpp") in files
    findings = rule(ROOT, files)
    assert not findings, "\n".join(findings)


def test_the_module_exports_its_record_alone():
    findings = rules.exported_symbols(BUILD / "mod_sso" / "mod_sso.so")
    assert not findings, "\n".join(findings)


def test_what_the_thread_sanitizer_is_not_to_report_is_nothing_that_the_module_calls():
    suppressions = (ROOT / "tests" / "data" / "tsan_suppressions.txt").read_text()
    findings = rules.suppressed_calls(suppressions, BUILD / "mod_sso" / "mod_sso.so")
    assert not findings, "\n".join(findings)


def test_nothing_static_is_made_when_the_module_is_loaded():
    objects = [path for folder in ("core", "mod_sso") for path in (BUILD / folder).rglob("*.o")]
    assert len(objects) > 20, f"what is built in {BUILD}?"
    findings = rules.static_objects(objects)
    assert not findings, "\n".join(findings)


# the rules

def tree(tmp_path: Path, **files: str) -> tuple[Path, list[Path]]:
    """A project of the files given; __ stands for / and the last _ for the dot of the ending."""
    paths = []
    for name, text in files.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        path = Path(f"{stem}.{ending}")
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        paths.append(path)
    return tmp_path, paths


@pytest.mark.parametrize("file, include, complaint", [
    ("core__base__text_hpp", '"core/http/url.hpp"', "core/base may not know core/http"),
    ("core__http__url_cpp", '"core/crypto/hash.hpp"', "core/http may not know core/crypto"),
    ("core__session__x_cpp", '"core/authn/directory.hpp"', "core/session may not know core/authn"),
    ("core__config__x_cpp", '"core/rules/policy.hpp"', "core/config may not know core/rules"),
    ("core__rules__x_cpp", '"mod_sso/httpd.hpp"', "core/rules may not know mod_sso"),
    ("portal__x_cpp", '"manager/page.hpp"', "portal may not know manager"),
    ("mod_sso__x_cpp", '"gateway/serve.hpp"', "mod_sso may not know gateway"),
    ("core__http__url_cpp", '"url.hpp"', "from the top"),
    ("core__http__url_cpp", '"core/http/../session/session.hpp"', "from the top"),
    ("core__http__url_cpp", '"tests/support/allocations.hpp"', "from the top"),
    ("core__session__x_cpp", "<openssl/evp.h>", "belongs to core/crypto, core/redis"),
    ("core__http__x_cpp", "<tl/expected.hpp>", "belongs to core/base/result.hpp"),
    ("core__rules__x_cpp", "<pcre2.h>", "belongs to core/expr"),
    ("core__config__x_cpp", "<hiredis/hiredis.h>", "belongs to core/redis"),
    ("core__rules__x_cpp", "<toml++/toml.h>", "belongs to core/config"),
    ("core__http__x_cpp", "<nlohmann/json.hpp>", "belongs to core/config"),
    ("core__config__x_cpp", "<lmdb.h>", "belongs to core/session"),
    ("portal__x_cpp", "<ldap.h>", "belongs to core/authn"),
    ("mod_sso__hooks_cpp", "<httpd.h>", "belongs to mod_sso/httpd.hpp"),
    ("mod_sso__hooks_cpp", "<apr_strings.h>", "belongs to mod_sso/httpd.hpp"),
    ("core__session__x_cpp", "<apr_dbd.h>", "belongs to mod_sso/httpd.hpp"),
    ("core__base__x_cpp", "<boost/asio.hpp>", "of no library"),
    ("core__base__x_cpp", "<curl/curl.h>", "of no library"),
    ("core__base__x_cpp", "<zlib.h>", "of no library"),
])
def test_an_include_that_leaves_its_stratum_is_found(tmp_path, file, include, complaint):
    findings = rules.wrong_includes(*tree(tmp_path, **{file: f"#include <string>\n  #  include {include}\n"}))
    assert len(findings) == 1 and complaint in findings[0] and ":2: " in findings[0], findings


def test_includes_that_go_down_are_let_be(tmp_path):
    assert not rules.wrong_includes(*tree(
        tmp_path,
        core__session__x_cpp='#include "core/session/x.hpp"\n#include <lmdb.h>\n#include <sys/stat.h>\n#include <vector>\n'
                             '#include "core/config/settings.hpp"\n#include "core/redis/client.hpp"\n',
        mod_sso__httpd_hpp='#include <httpd.h>\n#include <http_log.h>\n#include <apr_strings.h>\n#include <ap_mpm.h>\n',
        manager__x_cpp='#include "gateway/serve.hpp"\n#include "core/authn/directory.hpp"\n',
        tests__x_cpp='#include <gtest/gtest.h>\n#include "core/base/text.hpp"\n'))


def test_a_room_that_links_one_above_it_is_found(tmp_path):
    findings = rules.wrong_links(*tree(
        tmp_path,
        core__http__CMakeLists_txt="sso_room(NAME http SOURCES url.cpp\n  LINKS sso_base sso_session)  # sso_rules\n",
        mod_sso__CMakeLists_txt="target_link_libraries(mod_sso PRIVATE sso_flags sso_rules sso_gateway)\n"))
    assert findings == ["core/http/CMakeLists.txt: core/http links core/session",
                        "mod_sso/CMakeLists.txt: mod_sso links gateway"]


MESSAGES = "# Messages\n\n## Area\n\n### SSO0001 error: one\nText.\n\n### SSO0207 warning: two\n"


def test_log_numbers_and_their_explanations_are_matched(tmp_path):
    good = 'ap_log_error(APLOG_MARK, 0, "SSO0001: %s", x);\n'
    assert not rules.log_numbers(*tree(
        tmp_path, docs__messages_md=MESSAGES, mod_sso__a_cpp=good, core__session__b_hpp="constexpr int kTwo = 207;\n",
        core__session__b_cpp="log({LogLevel::warning, kTwo, text});  // SSO0999 is only spoken of\n"))


@pytest.mark.parametrize("code, messages, complaint", [
    ('f("SSO0001 SSO0002");\nlog(LogLevel::info, 207, x);', MESSAGES, "mod_sso/a.cpp:1: SSO0002 is not explained"),
    ('f("SSO0001");\nlog(LogLevel::info, 207, x);\nlog({LogLevel::error, 33, x});', MESSAGES,
     "mod_sso/a.cpp:3: SSO0033 is not explained"),
    ('f("SSO0001");\nlog(LogLevel::info, kNone, x);', MESSAGES, "kNone: no such number"),
    ('f("SSO0001");', MESSAGES, "SSO0207 is in no log line"),
    ('f("SSO0001 SSO0207");', MESSAGES + "### SSO0001 error: again\n", "SSO0001 is explained twice"),
    ('f("SSO0001 SSO0207");', MESSAGES + "### SSO3 oops\n", 'not "### SSOnnnn level: title"'),
    ('f("SSO0001");', "", "SSO0001 is not explained"),
])
def test_a_log_number_without_its_explanation_is_found(tmp_path, code, messages, complaint):
    findings = rules.log_numbers(*tree(tmp_path, docs__messages_md=messages, mod_sso__a_cpp=code))
    assert any(complaint in finding for finding in findings), findings


@pytest.mark.parametrize("text", [
    "see /wor" "k/main", "cd /tm" "p/wt/x", "https://nex" "us.example.com/repository", "// TO" "DO: later",
    '"resol' 'ved": "https://npm.example.com/a.tgz"', "http://pypi-mirr" "or.example:8081/",
])
def test_words_of_one_machine_and_unfinished_work_are_found(tmp_path, text):
    assert len(rules.wrong_words(*tree(tmp_path, docs__a_md=f"fine\n{text}\n"))) == 1


def test_ordinary_words_are_let_be(tmp_path):
    text = 'the proxy at http://127.0.0.1:8080/ works\nthe issue is "resolved"\nhomework/x\n'
    assert not rules.wrong_words(*tree(tmp_path, docs__a_md=text))


@pytest.mark.parametrize("files, complaint", [
    ({"core__base__a_hpp": "#pragma once\n"}, "opens with what it offers"),
    ({"core__base__a_hpp": "// A.\n"}, "no #pragma once"),
    ({"core__base__a_hpp": "// A.\n#pragma once\nusing namespace std;\n"}, "using namespace in a header"),
    ({"core__base__a_cpp": "\n" * 551}, "more than one thing"),
    ({"core__base__a_hpp": "// A.\n#pragma once\n", "core__base__a_cpp": '#include <string>\n#include "core/base/a.hpp"\n'},
     "its own header is not the first"),
])
def test_a_file_that_is_not_as_files_are_is_found(tmp_path, files, complaint):
    findings = rules.wrong_files(*tree(tmp_path, **files))
    assert len(findings) == 1 and complaint in findings[0], findings


# built things

def compiled(tmp_path: Path, code: str, *options: str) -> Path:
    source, target = tmp_path / "sample.cpp", tmp_path / "sample"
    source.write_text(code)
    subprocess.run(["c++", "-std=c++20", "-O1", "-fPIC", *options, "-o", target, source], check=True, timeout=60)
    return target


@pytest.mark.parametrize("code", [
    "#include <string>\nstatic std::string name(20, 'x');\nconst char* get() { return name.c_str(); }\n",
    "#include <string>\nconst char* get() { static std::string name(20, 'x'); return name.c_str(); }\n",
    "#include <string>\nconst char* get() { thread_local std::string name(20, 'x'); return name.c_str(); }\n",
    "#include <iostream>\nvoid say() { std::cout << 1; }\n",
    "int now();\nstatic int start = now();\nint get() { return start; }\n",
])
def test_a_static_object_that_must_be_made_or_destroyed_is_found(tmp_path, code):
    assert rules.static_objects([compiled(tmp_path, code, "-c")])


def test_constants_are_no_static_objects(tmp_path):
    code = ("#include <array>\n#include <string>\n#include <string_view>\nstatic constexpr std::array<std::string_view, 1> "
            "names{\"a\"};\nstd::string get() { static const int zero = 0; return std::string(names[zero]); }\n")
    assert not rules.static_objects([compiled(tmp_path, code, "-c")])


@pytest.mark.parametrize("code, findings", [
    ('extern "C" { int sso_module; }', []),
    ('extern "C" { int sso_module; int other; }', ["sample exports other"]),
    ('extern "C" { int other; }', ["sample exports other", "sample does not export sso_module"]),
    ("inline int& counter() { static int count; return count; }\nextern \"C\" { int* sso_module = &counter(); }",
     ["sample exports _ZZ7countervE5count"]),
])
def test_a_symbol_too_many_is_found(tmp_path, code, findings):
    assert rules.exported_symbols(compiled(tmp_path, code, "-shared")) == findings


def test_a_suppression_of_what_is_called_is_found(tmp_path):
    library = compiled(tmp_path, 'extern "C" { int epoll_ctl(); int sso_module() { return epoll_ctl(); } }', "-shared")
    assert rules.suppressed_calls("# why\nrace:epoll_ctl\nrace:epoll_wait\n", library) == [
        "epoll_ctl is suppressed, and sample calls it"]


@pytest.mark.parametrize("code", [
    "place.innerHTML = text;", "place.insertAdjacentHTML('beforeend', text);", "document.write(text);", "eval(text);",
    "new Function(text)();", "link.href = `javascript:${text}`;", "place.setAttribute('onclick', text);",
    "new DOMParser().parseFromString(text, 'text/html');", "frame.srcdoc = text;",
])
def test_a_text_that_could_become_html_or_code_is_found(tmp_path, code):
    assert len(rules.text_as_code(*tree(tmp_path, manager__static__a_js=f"fine();\n{code}\n"))) == 1


def test_text_that_stays_text_is_let_be(tmp_path):
    code = "place.textContent = text;\nplace.setAttribute('title', text);\nplace.append(text);\n"
    assert not rules.text_as_code(*tree(tmp_path, manager__static__a_js=code))
