"""The benchmark of the handler still measures: a run with tiny counts, by both methods."""

import json
import os
import subprocess

from conftest import ROOT


def test_the_benchmark_counts_instructions_and_runs_rounds(build_dir, tmp_path):
    report = tmp_path / "handler.json"
    done = subprocess.run(
        [ROOT / "tests/bench/handler", "--contestants", "plain,floor,mod_sso", "--scenarios", "one", "--requests", "20",
         "--rounds", "2", "--connections", "2", "--json", report],
        capture_output=True, text=True, timeout=300, env={**os.environ, "SSO_BUILD_DIR": str(build_dir)})
    assert done.returncode == 0, done.stderr
    assert "one session, one rule, two headers" in done.stdout
    results = {row["contestant"]: row for row in json.loads(report.read_text())["results"]}
    assert set(results) == {"plain", "floor", "mod_sso"}
    # a request costs httpd some ten thousand instructions on every machine: less means that nothing was counted
    assert 10_000 < results["plain"]["instructions"] < 200_000
    # the probe is about a thousand instructions: what is counted is the process that serves
    assert 300 < results["floor"]["instructions_added"] < 10_000
    assert results["mod_sso"]["instructions_added"] > 0
    for row in results.values():
        assert row["requests_per_second"] > 0 and row["cpu_us"] > 0 and row["pss_kib"] > 1000


def test_the_benchmark_names_what_there_is_instead_of_what_there_is_not(build_dir):
    done = subprocess.run([ROOT / "tests/bench/handler", "--scenarios", "none-such"], capture_output=True, text=True,
                          timeout=30, env={**os.environ, "SSO_BUILD_DIR": str(build_dir)})
    assert done.returncode == 1 and "rules-1000" in done.stderr
