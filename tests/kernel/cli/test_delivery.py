"""What ships Stoa: the image, compose, Kubernetes, nginx, CI name what exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from kernel.cli.commands.test import _counted
from kernel.cli.main import door
from kernel.profile import read_profile
from kernel.sections import KERNEL_SECTIONS
from kernel.settings import Settings

ROOT = Path(__file__).parents[3]


def accepts(arguments):
    """Tell whether the command line takes these arguments."""
    command = door.get_command(None, arguments[0])
    options = {name for parameter in command.params for name in parameter.opts}
    return {word for word in arguments[1:] if word.startswith("--")} <= options


def checked(environment):
    """Type the settings that environment variables make; raises for an unknown one."""
    values = {
        name.removesuffix("__FILE"): "8" if name.endswith("__TRUSTED_PROXIES") else value
        for name, value in environment.items()
        if name.startswith("STOA__")
    }
    kept = {**values, "STOA__KERNEL__SECRET_KEY": "s" * 32}
    return Settings(read_profile("base", kept), KERNEL_SECTIONS)


def manifests():
    return [one for one in yaml.safe_load_all((ROOT / "deploy/kubernetes/stoa.yaml").read_text()) if one]


def containers():
    for manifest in manifests():
        template = manifest.get("spec", {}).get("template")
        if template:
            yield from template["spec"]["containers"]


def test_compose_runs_commands_and_settings_that_exist():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "stoa"}

    assert set(services) == {"migrate", "api", "worker", "postgres", "redis", "nginx"}
    for service in ours.values():
        assert accepts(service["command"])
        checked({name: str(value) for name, value in service["environment"].items()})


def test_kubernetes_runs_commands_and_settings_that_exist():
    found = list(containers())

    assert len(found) == 3
    for container in found:
        assert accepts(container["args"])
        checked({variable["name"]: variable["value"] for variable in container["env"]})
        assert container["resources"]["limits"]["memory"]


def test_the_profile_of_kubernetes_is_sound(run):
    [config] = [one["data"] for one in manifests() if one["kind"] == "ConfigMap"]
    production = {"STOA__KERNEL__ENVIRONMENT": "production", "STOA__KERNEL__SECRET_KEY": "s" * 32}

    done = run("check", **config, **production)

    assert (done.returncode, done.stderr) == (0, "")
    assert "ok  s3" in done.stdout


def test_kubernetes_probes_what_the_application_answers():
    [api] = [one for one in containers() if "livenessProbe" in one]

    paths = {api[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}

    assert paths == {"/health/liveness", "/health/readiness"}


def test_the_image_runs_as_nobody_and_starts_a_command_that_exists():
    text = (ROOT / "Dockerfile").read_text()
    [start] = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)

    assert accepts(json.loads(start))
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    assert "python -m compileall" in text.split("\nFROM")[1], "the built stage holds its bytecode"
    for source in re.findall(r"^COPY ([a-z]\S*)", text, re.MULTILINE):
        assert (ROOT / source).exists(), source


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_accepts_its_configuration(tmp_path):
    site = (ROOT / "deploy/nginx/stoa.conf").read_text().replace("api:8000", "127.0.0.1:8000")
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p; "
        f"fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s; "
        f"include {tmp_path}/site.conf; }}\n"
    )

    done = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_ci_runs_the_tests_and_the_static_gates():
    script = ROOT / ".ci" / "run"
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())

    assert os.access(script, os.X_OK)
    assert "manage.py test" in script.read_text()
    assert "manage.py check --static" in script.read_text()
    assert {"run": ".ci/run"} in workflow["jobs"]["test"]["steps"]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("3 passed in 0.1s", {"passed": 3}),
        (
            "== 1 failed, 2 passed, 4 skipped, 1 warning in 65.1s (0:01:05) ==",
            {"failed": 1, "passed": 2, "skipped": 4},
        ),
        ("= 2 errors, 1 xfailed in 1.0s =", {"failed": 2, "passed": 1}),
    ],
)
def test_the_last_line_counts_what_pytest_says(line, counts):
    assert dict(_counted(line)) == counts
