"""The settings of an installation: named in one place, and the same for code, container and documentation."""

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from liaison.embedded import environment
from liaison.embedded.engines import ROOT
from liaison.watching.trace import HEADER

READERS = frozenset({"text", "secret", "flag", "one_of", "number", "words", "named", "database", "mail"})
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def _read_by_the_code() -> set[str]:
    """The first argument of every `env.reader("NAME", …)` in the project package."""
    calls = (
        node
        for path in (ROOT / "liaison").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS
    )
    return {
        call.args[0].value
        for call in calls
        if ast.unparse(call.func).startswith("env.") and call.args and isinstance(call.args[0], ast.Constant)
        if isinstance(call.args[0].value, str)
    }


def _named_in_the_example() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def _asked_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))


def _services() -> dict[str, str]:
    """Every service with its text; the file is ours, so two blanks before a name make a service."""
    block = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    parts = re.split(r"^  (\w+):\n", block, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_example_names_every_setting_and_no_other() -> None:
    read = _read_by_the_code()

    assert {"SECRET_KEY", "DATABASE_URL", "LOG_LEVEL"} <= read  # the search finds something
    assert set(_named_in_the_example()) == read | _asked_by_compose() | {"COMPOSE_PROFILES"}  # Compose's own


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.splitlines()
    settings = [place for place, line in enumerate(lines) if re.match(r"#?[A-Z][A-Z_]+=", line)]

    unexplained = [lines[place] for place in settings if not re.match(r"# \S.*[.:;]", lines[place - 1])]

    assert unexplained == []


def test_the_example_and_the_container_files_hold_no_secret() -> None:
    example = _named_in_the_example()

    assert [example[name] for name in ("SECRET_KEY", "PRIVATE_DATA_KEYS", "POSTGRES_PASSWORD")] == [
        "",
        "",
        "",
    ]
    values = re.findall(r"^\s*\w*(?:PASSWORD|SECRET|KEYS?)\w*: *(.*)$", COMPOSE, re.MULTILINE)
    assert values
    assert [value for value in values if not value.startswith("${")] == []
    assert not re.search(r"^(ENV|ARG).*(PASSWORD|SECRET|KEY)", DOCKERFILE, re.MULTILINE)


def test_compose_sets_only_settings_that_exist() -> None:
    block = COMPOSE.partition("environment: &app-environment\n")[2].partition("\n  volumes:")[0]
    given = set(re.findall(r"^    ([A-Z_]+):", block, re.MULTILINE))

    assert given == {"DATABASE_URL", "REDIS_URL", "DATA_DIR", "STATIC_ROOT"}
    assert given <= _read_by_the_code()


def test_compose_runs_the_promised_services_with_health_checks() -> None:
    services = _services()

    assert set(services) == {
        *("postgres", "redis", "migrate", "web", "worker", "beat", "backup", "restore", "caddy")
    }
    on_demand = {name: re.findall(r"profiles: \[(\w+)\]", text) for name, text in services.items()}
    assert {name: said for name, said in on_demand.items() if said} == {
        "backup": ["backup"],
        "restore": ["restore"],
        "caddy": ["tls"],
    }
    assert {name for name, text in services.items() if "healthcheck:" in text and "test:" in text} == {
        *("postgres", "redis", "worker", "beat", "backup", "caddy")
    }
    assert re.search(r"^HEALTHCHECK .*CMD", DOCKERFILE, re.MULTILINE)  # of web
    lasting = {name for name, text in services.items() if "restart: unless-stopped" in text}
    assert lasting == set(services) - {"migrate", "restore"}
    assert {name for name, text in services.items() if "stop_grace_period:" in text} == lasting
    for name in ("web", "worker", "beat", "backup"):
        assert "<<: *app" in services[name]
        assert "depends_on: *after-migration" in services[name]


def test_compose_holds_together() -> None:
    """What Compose itself would refuse: an unknown service waited for, a volume nobody declares, a name taken twice."""
    told = yaml.safe_load(COMPOSE)
    services, volumes = told["services"], set(told["volumes"])

    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        mounted = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert {source for source in mounted if not source.startswith(".")} <= volumes, name
        assert all((ROOT / source).exists() for source in mounted if source.startswith(".")), name
        assert "container_name" not in service, name  # or --scale could not run a second one
        assert service["logging"]["driver"] == "local", name
    for name in ("worker", "beat", "backup"):
        assert "ports" not in services[name]
    assert services["backup"]["volumes"] == ["data:/srv/data:ro", "backups:/srv/backups"]
    assert services["restore"]["volumes"] == ["data:/srv/data", "backups:/srv/backups:ro"]
    assert "migrate" not in services["restore"]["depends_on"]  # which would fill the database before
    assert [name for name, service in services.items() if "build" in service] == ["migrate"]  # once for all
    assert "/srv/backups" in DOCKERFILE  # or the volume would be root's


def test_the_proxy_keeps_probes_inside_and_numbers_requests() -> None:
    caddy = (ROOT / "liaison" / "proxy" / "Caddyfile").read_text(encoding="utf-8")

    assert "@inside path /metrics /readyz\n\trespond @inside 404" in caddy
    assert f"header_up {HEADER} {{http.request.uuid}}" in caddy
    assert caddy.count("{") == caddy.count("}")


def test_the_image_is_built_with_compiled_words_and_hashed_files() -> None:
    build = DOCKERFILE.partition(" AS build")[2].rpartition("\nFROM ")[0]

    assert re.search(r"compilemessages.*\n.*collectstatic", build)
    storage = settings_as_installed()["STORAGES"]["staticfiles"]["BACKEND"]
    assert storage == "whitenoise.storage.CompressedManifestStaticFilesStorage"
    assert "createcachetable" not in DOCKERFILE + COMPOSE  # the cache is Redis
    assert "DatabaseCache" not in str(settings_as_installed()["CACHES"])


def settings_as_installed() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "liaison" / "settings.py"))


def test_the_image_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert re.findall(r"^USER (\w+)$", last_stage, re.MULTILINE) == ["liaison"]
    assert "--require-hashes" in DOCKERFILE


def test_the_programs_that_back_up_are_those_of_the_server() -> None:
    [image] = set(re.findall(r"image: (postgres:\S+)", COMPOSE))
    [number] = re.findall(r"postgres:(\d+)", image)

    assert f"FROM {image} AS postgres" in DOCKERFILE
    for program in ("pg_dump", "pg_restore"):
        assert f"/usr/lib/postgresql/{number}/bin/{program}" in DOCKERFILE
        assert f"{program} --version" in DOCKERFILE  # what lacks a library stops the build


def test_what_is_given_from_outside_wins(tmp_path: Path) -> None:
    outer = {
        "SITE_URL": "http://tablet:9000",
        "EMAIL_URL": "smtp://localhost:1025",
        "SECRET_KEY": "",
        "OTHER": "x",
    }

    env = environment.local(tmp_path, outer, port=8001)

    assert env["SITE_URL"] == "http://tablet:9000"
    assert env["EMAIL_URL"] == "smtp://localhost:1025"
    assert env["OTHER"] == "x"
    assert len(env["SECRET_KEY"]) > 50  # an empty one is none
    assert environment.local(tmp_path, {}, port=8001)["SITE_URL"] == "http://localhost:8001"


def test_given_engines_are_used_and_none_is_started(tmp_path: Path) -> None:
    outer = {"DATABASE_URL": "postgresql://elsewhere/liaison", "REDIS_URL": "redis://elsewhere"}

    with environment.engines_for(tmp_path, outer) as engines:
        assert engines.env == outer
        assert engines.processes == {}
        assert list(tmp_path.iterdir()) == []


def test_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = environment.local(tmp_path, {})
    second = environment.local(tmp_path, {})
    elsewhere = environment.local(tmp_path / "other", {})

    assert first == second
    assert first["SECRET_KEY"] != elsewhere["SECRET_KEY"]
    assert (
        Fernet(first["PRIVATE_DATA_KEYS"]).decrypt(Fernet(first["PRIVATE_DATA_KEYS"]).encrypt(b"x")) == b"x"
    )
    (kept,) = (tmp_path / "secrets").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", ["SITE_URL", "HTTPS", "ALLOWED_HOSTS", "SECRET_KEY", "EMAIL_URL", "DATA_DIR"]
)
def test_tests_do_not_depend_on_who_runs_them(tmp_path: Path, name: str) -> None:
    urls = {"DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://x"}

    assert environment.for_tests(tmp_path, urls, {name: "theirs"}) == environment.for_tests(
        tmp_path, urls, {}
    )
