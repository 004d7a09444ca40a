"""It is promised that what is deployed from docs/deploy is hardened, and names only what exists."""

from __future__ import annotations

import json
import math
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from benchmarks.turns import WAY
from bot import __main__ as console
from bot import errors
from bot.errors import SeuilError
from bot.settings import Settings
from handlers.metrics import METRICS, Metric
from tests.rediskit import FIT
from tests.test_docs import table

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "docs" / "deploy"
ROOMS = ("bot", "handlers", "storage", "locales")
COMMANDS = typer.main.get_command(console.app).commands  # type: ignore[attr-defined]  # a group

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "seuil"}
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))


# --- containers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_without_root_without_swap_and_without_ports(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"]["core"] == 0
    assert service["mem_limit"] == service["memswap_limit"]
    assert name not in OURS or service["ulimits"]["memlock"] == -1
    assert not {"ports", "privileged", "cap_add", "pid", "ipc"} & set(service)
    assert name in OURS or service["user"] not in ("root", "0")


def test_every_volume_is_declared_and_every_declared_one_is_used() -> None:
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service["volumes"]
        if isinstance(volume, str)
    }

    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_of_ours_is_told_is_a_command_and_settings_that_exist(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = OURS[name]
    command, *words = service["command"]
    options = [word for word in words if word.startswith("--")]
    # What `.env` gives to all of them.
    monkeypatch.setenv("SEUIL_TELEGRAM_TOKEN", f"123456789:{35 * 'a'}")
    monkeypatch.setenv("SEUIL_TELEGRAM_WEBHOOK", "https://bot.example.org/h")
    for setting, value in service["environment"].items():
        monkeypatch.setenv(setting, str(value))

    settings = Settings.load(tmp_path / "none.env")

    assert set(options) <= {option for each in COMMANDS[command].params for option in each.opts}
    assert settings.metrics.partition(":")[0] == service["hostname"]
    assert f"http://{settings.metrics}/live" in " ".join(service["healthcheck"]["test"])
    assert ("signal-socket:/run/signal-cli" in service["volumes"]) == bool(settings.signal)


def test_what_hears_apart_has_no_folder_of_the_desk_and_shares_a_shelf() -> None:
    intakes = {name: each for name, each in OURS.items() if each["command"][1:] == ["--only", "intake"]}

    assert set(intakes) == {"intake", "intake-signal"}
    for service in intakes.values():
        assert "data:/data" not in service["volumes"]
        assert service["environment"]["SEUIL_SHELF"] == "unix:///run/valkey/socket"
    # One process only is told by Signal's daemon what arrives.
    assert [bool(each["environment"]["SEUIL_SIGNAL"]) for each in intakes.values()] == [False, True]
    assert {each["profiles"][0] for each in OURS.values() if each not in intakes.values()} == {"one", "many"}


def test_the_shelf_is_the_hosts_memory_so_that_a_new_container_finds_it() -> None:
    shelf = SERVICES["bot"]["environment"]["SEUIL_SHELF"]
    (mount,) = [volume for volume in SERVICES["bot"]["volumes"] if isinstance(volume, dict)]

    assert mount["target"] == shelf
    assert mount["source"].startswith("/run/")
    assert mount["bind"]["create_host_path"] is False


def test_postgresql_is_on_no_network_and_logs_no_statement() -> None:
    postgres = SERVICES["postgres"]

    assert postgres["network_mode"] == "none"
    assert "listen_addresses= " in postgres["command"]
    for wanted in (
        "log_statement=none",
        "log_min_error_statement=panic",
        "fsync=on",
        "wal_recycle=off",
        "archive_mode=off",
        "synchronous_commit=on",
    ):
        assert f"-c {wanted}" in postgres["command"]


def test_the_shared_shelf_is_on_no_network_and_started_as_the_guide_says() -> None:
    valkey = SERVICES["valkey"]
    (guide,) = re.findall(r"^valkey-server .*?\n(.*?)\n", _read("docs/operating.md"), re.M)

    assert valkey["network_mode"] == "none"
    assert re.findall(r"--(?:save|app|max|slow).*", " ".join(valkey["command"].split())) == [guide.strip()]
    assert started_as(guide) == FIT
    assert "valkey-socket:/run/valkey" in SERVICES["intake"]["volumes"]


def started_as(line: str) -> tuple[str, ...]:
    return tuple(shlex.split(line))


def signal_options(text: str) -> set[str]:
    return set(re.findall(r"--(?!config|socket)[a-z-]+(?: always| manual)?", text))


def test_the_signal_daemon_is_started_as_its_guide_says() -> None:
    (guide,) = re.findall(r"^```\n(signal-cli --config .*?)^```$", _read("docs/signal.md"), re.M | re.S)
    unit = _directives("signal-cli.service")["ExecStart"][0]

    assert signal_options(guide) == signal_options(SERVICES["signal-cli"]["command"]) == signal_options(unit)
    assert len(signal_options(guide)) == 6


def test_the_image_holds_the_four_rooms_and_runs_as_nobody_in_particular() -> None:
    lines = _read("docs/deploy/Dockerfile").splitlines()
    ignored = [line for line in _read("docs/deploy/Dockerfile.dockerignore").splitlines() if line[:1] != "#"]

    for room in ROOMS:
        assert f"COPY {room} /seuil/{room}" in lines
        assert f"!{room}" in ignored
    assert ignored[0] == "*"
    assert "USER seuil" in lines
    assert any("--require-hashes" in line for line in lines)


# --- units --------------------------------------------------------------------------------------------------


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _directives(unit: str) -> dict[str, list[str]]:
    """Every directive of a unit with its values, lines that go on joined."""
    told: dict[str, list[str]] = {}
    for line in _read(f"docs/deploy/{unit}").replace("\\\n", " ").splitlines():
        if line[:1] not in ("", "#", "["):
            name, _, value = line.partition("=")
            told.setdefault(name, []).append(value)
    return told


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_lets_nothing_out_of_its_memory_and_takes_no_right(unit: str) -> None:
    told = _directives(unit)

    for name, value in {
        "LimitCORE": "0", "MemorySwapMax": "0", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "",
        "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
        "RestrictNamespaces": "yes", "SystemCallArchitectures": "native",
    }.items():  # fmt: skip
        assert told[name] == [value], name
    assert told["SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert told["User"] != ["root"]
    assert told.get("LimitMEMLOCK") == (["infinity"] if unit.startswith("seuil") else None)


def test_the_shelf_of_the_service_outlives_a_restart_and_no_reboot() -> None:
    told = _directives("seuil.service")

    assert told["RuntimeDirectory"] == ["seuil"]
    assert told["RuntimeDirectoryMode"] == ["0700"]
    assert told["RuntimeDirectoryPreserve"] == ["yes"]


@pytest.mark.parametrize("unit", ["seuil.service", "seuil-desk.service", "seuil-intake@.service"])
def test_a_service_starts_a_command_that_exists_and_knows_the_exit_codes(unit: str) -> None:
    told = _directives(unit)
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SeuilError)
    }

    path, *words = told["ExecStart"][0].split()
    assert path == "/srv/seuil/.venv/bin/python"
    assert words[:2] == ["-m", "bot"]
    assert words[2] in COMMANDS
    assert set(words[3::2]) <= {option for each in COMMANDS[words[2]].params for option in each.opts}
    assert {int(code) for code in told["RestartPreventExitStatus"][0].split()} <= codes


def test_a_backup_is_made_every_night_by_a_command_that_exists() -> None:
    timer, told = _directives("seuil-backup.timer"), _directives("seuil-backup.service")

    path, *words = told["ExecStart"][0].split()
    assert path == f"{told['WorkingDirectory'][0]}/.venv/bin/python"
    assert words == ["-m", "bot", "backup"]
    assert "backup" in COMMANDS
    assert told["Type"] == ["oneshot"]
    assert timer["Persistent"] == ["yes"]
    assert set(told["RequiresMountsFor"][0].split()) < set(told["ReadWritePaths"][0].split())


def test_the_guide_shows_no_unit_that_is_weaker_than_the_one_in_the_folder() -> None:
    assert "```\n[Unit]\nDescription=Seuil\n" not in _read("docs/operating.md")
    assert "deploy/seuil.service" in _read("docs/operating.md")


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


@pytest.mark.oracle
@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_no_fault_in_a_unit_and_little_exposed(unit: str, tmp_path: Path) -> None:
    here = tmp_path / unit
    # The programs are where they will be installed, which is not here.
    here.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", _read(f"docs/deploy/{unit}"), flags=re.M)
    )

    fault = _systemd("verify", str(here))
    exposed = _systemd("security", "--offline=true", "--threshold=20", "--no-pager", str(here))

    assert fault.stdout + fault.stderr == ""
    assert fault.returncode == 0
    assert exposed.returncode == 0, exposed.stdout.splitlines()[-1]


def _systemd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60
    )


# --- alerts and the dashboard -------------------------------------------------------------------------------

FAMILIES = {metric.name: metric for metric in METRICS}
FOREIGN = {"job": {"seuil"}}
"""Labels that Prometheus itself adds, and what ours may be called there."""


def named(expression: str) -> Iterator[tuple[str, Metric | None, str]]:
    """Each figure of an expression: its name, its family if there is one, and what stands in braces."""
    for name, inside in re.findall(r"\b((?:seuil|process)_[a-z_]+)(?:\{([^}]*)\})?", expression):
        bare = re.sub(r"_(bucket|sum|count)$", "", name)
        is_part = bare in FAMILIES and FAMILIES[bare].kind == "histogram"
        yield name, FAMILIES.get(bare if is_part else name), inside


def faults(expression: str) -> list[str]:
    """What in an expression of PromQL names something that does not exist."""
    wrong, known = [], {"le"}
    for name, family, inside in named(expression):
        if family is None:
            wrong.append(name)
            continue
        known |= set(family.labels)
        for label, told in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', inside):
            values = FOREIGN.get(label, set(family.labels.get(label, ())))
            wrong += [f"{name}.{label}={value}" for value in told.split("|") if value not in values]
    grouped = {label for told in re.findall(r"\bby \(([^)]*)\)", expression) for label in told.split(", ")}
    return wrong + sorted(grouped - known)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("rate(seuil_turn_total[5m])", ["seuil_turn_total"]),
        ('seuil_cases{state="lost"}', ["seuil_cases.state=lost"]),
        ('seuil_cases{person="ana"}', ["seuil_cases.person=ana"]),
        ("sum by (person) (seuil_cases)", ["person"]),
        ("seuil_cases_bucket", ["seuil_cases_bucket"]),
        ("histogram_quantile(0.9, sum by (le) (rate(seuil_turn_shown_seconds_bucket[1h])))", []),
        ('process_open_fds{job="seuil"} / process_max_fds', []),
    ],
)
def test_a_figure_that_does_not_exist_would_be_found(expression: str, found: list[str]) -> None:
    assert faults(expression) == found


def test_alerts_name_only_figures_and_labels_that_exist() -> None:
    assert {rule["alert"]: faults(rule["expr"]) for rule in RULES if faults(rule["expr"])} == {}
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 15


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_what_to_do_and_how_urgent_it_is(rule: dict[str, Any]) -> None:
    told = rule["annotations"]
    labels = {label for _, family, _ in named(rule["expr"]) if family for label in family.labels}

    assert rule["labels"]["severity"] in ("page", "warn")
    assert set(told) == {"summary", "action"}
    assert set(re.findall(r"\$labels\.(\w+)", str(told))) <= labels
    for command in re.findall(r"python -m bot (\w+)", told["action"]):
        assert command in COMMANDS
    for page in re.findall(r"docs/[\w.-]+", told["action"]):
        assert (ROOT / page.rstrip(".")).exists()


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def test_the_dashboard_names_only_figures_and_labels_that_exist() -> None:
    assert {expression: faults(expression) for expression in expressions() if faults(expression)} == {}


def test_the_dashboard_shows_every_figure() -> None:
    shown = {family.name for expression in expressions() for _, family, _ in named(expression) if family}

    assert set(FAMILIES) - shown == {"process_start_time_seconds"}


def test_the_panels_of_the_dashboard_stand_apart_and_speak_to_one_source() -> None:
    panels = DASHBOARD["panels"]
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"} == {"${datasource}"}


# --- what the guides say ------------------------------------------------------------------------------------


def test_the_guide_to_watching_explains_every_figure_and_every_alert_and_no_other() -> None:
    guide = _read("docs/watching.md")

    assert set(re.findall(r"`((?:seuil|process)_[a-z_]+)", guide)) == set(FAMILIES)
    assert set(re.findall(r"`(Seuil[A-Z]\w+)`", guide)) == {rule["alert"] for rule in RULES}


GUIDES = (
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
    *("README.md", "SECURITY.md", "CHANGELOG.md", "benchmarks/README.md"),
)


@pytest.mark.parametrize("guide", GUIDES)
def test_no_guide_names_a_figure_or_an_alert_that_does_not_exist(guide: str) -> None:
    told = _read(guide)
    figures = [name for name, family, _ in named(told) if family is None]
    alerts = set(re.findall(r"`(Seuil[A-Z]\w+)`", told)) - {rule["alert"] for rule in RULES}

    assert (figures, alerts) == ([], set())


@pytest.mark.parametrize("name", ["seuil_turn_durable_seconds", "seuil_loop_late_seconds"])
def test_the_guide_to_scaling_says_by_which_figures_one_sees_it(name: str) -> None:
    assert f"`{name}`" in _read("docs/scaling.md")
    assert any(name in expression for expression in expressions()), "and the dashboard shows them"


TURNS, TURN_SECONDS, HANDED_IN, TOKEN, BYTES, READ_MINUTES = 41, 200e-6, 5.2, 2500, 16 * 1024, 5
"""What docs/scaling.md computes with."""


def wave(rate: float) -> list[str]:
    """A row of its table: so many testimonies a second."""
    turns, day = rate * TURNS, rate * 86_400
    processes = f"{max(1, math.ceil(rate / HANDED_IN)):,}".replace(",", " ")
    return [
        f"{rate:,g}".replace(",", " "),
        *map(two, (turns, turns * TURN_SECONDS, rate / HANDED_IN)),
        processes,
        f"{two(turns / TOKEN * 100)} %",
        f"{two(day * BYTES / 2**30)} GiB",
        f"{two(day * READ_MINUTES / 60)} h",
    ]


def two(number: float) -> str:
    """To two digits."""
    digits = 1 - math.floor(math.log10(number))
    return f"{round(number, digits):,.{max(digits, 0)}f}".replace(",", " ")


def test_the_wave_on_paper_is_reckoned_from_what_was_measured() -> None:
    rows = table(_read("docs/scaling.md"), "testimonies a second")
    measured = {row[0]: row[1] for row in table(_read("docs/scaling.md"), "what")}

    assert rows == [wave(float(row[0].replace(" ", ""))) for row in rows]
    assert measured["processor a turn, the same"] == f"{TURN_SECONDS * 1e6:.0f} µs"
    assert measured["testimonies handed in a second, one process"] == str(HANDED_IN)
    assert len(WAY) + 1 == TURNS


def test_what_the_guide_to_scaling_says_was_measured_stands_in_the_measurements() -> None:
    told = {row[0]: row[1] for row in table(_read("docs/scaling.md"), "what")}
    there = _read("benchmarks/README.md")

    for what in ("turns a second on Telegram, by polling, 1 000 people at once", "processor a turn, the same",
                 "turns a second by webhook, the same", "memory of an open draft",
                 "turns a second where Telegram is 40 ms away, by polling"):  # fmt: skip
        assert told[what] in there, what
