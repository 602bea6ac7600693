"""The benchmark of the handler still measures: a run with tiny counts, by both methods."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.contest.contestants import ModSso
from tests.bench.contest.scenarios import all_scenarios

ROOT = Path(__file__).resolve().parents[2]


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
    assert "instructions_inside" not in results["plain"]
    for name in ("floor", "mod_sso"):  # what a module brings about in httpd is added, too, but is not inside
        assert 300 < results[name]["instructions_inside"] < results[name]["instructions_added"]
    for row in results.values():
        assert row["requests_per_second"] > 0 and row["cpu_us"] > 0 and row["pss_kib"] > 1000


def test_what_a_miss_costs_is_counted_where_each_request_is_answered_by_the_level_that_is_meant(build_dir, tmp_path):
    report = tmp_path / "handler.json"
    done = subprocess.run(
        [ROOT / "tests/bench/handler", "--contestants", "plain,floor,mod_sso", "--scenarios", "l2-hit,redis,websocket",
         "--method", "instructions", "--requests", "40", "--json", report],
        capture_output=True, text=True, timeout=300, env={**os.environ, "SSO_BUILD_DIR": str(build_dir)})
    assert done.returncode == 0, done.stderr  # it ends with an error where the module's own counters say otherwise
    results = {(row["scenario"], row["contestant"]): row for row in json.loads(report.read_text())["results"]}
    assert set(results) == {(scenario, name) for scenario in ("l2-hit", "redis") for name in ("plain", "mod_sso")} | {
        ("websocket", name) for name in ("plain", "floor", "mod_sso")}
    for row in results.values():
        assert 10_000 < row["instructions"] < 400_000
    # the probe does the same by every protocol, some 1,200: what is added is what httpd makes of its headers
    assert 300 < results["websocket", "floor"]["instructions_inside"] < results["websocket", "floor"]["instructions_added"] / 2
    redis = results["redis", "mod_sso"]
    # the record and its last use, in one trip; the watcher's rare question is counted in
    assert 2 <= redis["store_commands"] < 2.1 and 0.99 < redis["store_trips"] < 1.1
    assert "store_commands" not in results["l2-hit", "mod_sso"]


def test_the_benchmark_does_not_take_one_level_for_another(build_dir):
    """Its judge, of what a run with sessions found in L1 would have counted."""
    scenario = all_scenarios()["l2-hit"]
    contestant = ModSso(build_dir)
    assert contestant.judge(scenario, Counter(lookups=40, l2=40), 40) == {}
    for counted in (Counter(lookups=40, l2=39), Counter(lookups=40, l2=39, store=1), Counter(lookups=41, l2=41), Counter()):
        with pytest.raises(RuntimeError, match="not all were found in l2"):
            contestant.judge(scenario, counted, 40)


def test_the_benchmark_names_what_there_is_instead_of_what_there_is_not(build_dir):
    done = subprocess.run([ROOT / "tests/bench/handler", "--scenarios", "none-such"], capture_output=True, text=True,
                          timeout=30, env={**os.environ, "SSO_BUILD_DIR": str(build_dir)})
    assert done.returncode == 1 and "rules-1000" in done.stderr
