"""JupyterLab opens the study folder with the course's settings and our interpreter."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from coursekit.study import jupyter
from coursekit.study.folder import refresh


@pytest.fixture(scope="module")
def lab(start_lab, tmp_path_factory):
    return start_lab(tmp_path_factory.mktemp("with spaces") / "my study")


def kernel_found_in(folder, **environment):
    """Return the interpreter of python3 as a process with that environment finds it."""
    code = (
        "from jupyter_client.kernelspec import KernelSpecManager as M;"
        "print(M().get_kernel_spec('python3').argv[0])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**jupyter.environment(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_options_of_jupyterlab_come_after_ours_and_so_win():
    command = jupyter.command(Path("study"), ["--ServerApp.root_dir=mine"])
    assert command[:3] == [sys.executable, "-m", "coursekit.study.server"]
    assert command[-1] == "--ServerApp.root_dir=mine"


@pytest.mark.parametrize("start", ["study.server", "authoring.build"])
def test_no_time_is_spent_on_grammars_that_nobody_asks_for(start):
    code = (
        f"import sys, coursekit.{start}, jupyterlab.labapp, nbformat;"
        "print('lark' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "False", ran.stderr


def test_the_first_lesson_is_opened(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("01_plain.ipynb", "00_start_here.ipynb"):
        (tmp_path / "notebooks" / name).touch()
    assert jupyter.first_page(tmp_path) == "/lab/tree/notebooks/00_start_here.ipynb"


def test_a_folder_without_lessons_opens_all_the_same(tmp_path):
    assert jupyter.first_page(tmp_path) == "/lab"


def test_our_interpreter_wins_over_a_python3_kernel_of_the_user(tmp_path):
    other = tmp_path / "data" / "kernels" / "python3"
    other.mkdir(parents=True)
    spec = {"argv": ["/other/python"], "display_name": "other", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    own = {"JUPYTER_DATA_DIR": str(tmp_path / "data"), "JUPYTER_PREFER_ENV_PATH": "0"}
    folder = tmp_path / "study"
    assert kernel_found_in(folder, **own) == "/other/python"
    jupyter.install_kernel(folder)
    assert kernel_found_in(folder, **own) == sys.executable


def test_a_jupyter_path_that_was_set_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/theirs")
    path = jupyter.environment(tmp_path)["JUPYTER_PATH"].split(os.pathsep)
    assert path == [str(tmp_path / ".coursekit" / "jupyter"), "/theirs"]


@pytest.mark.parametrize(("asked", "given"), [(None, "1"), ("4", "4")])
def test_torch_gets_one_thread_unless_the_learner_says_otherwise(
    tmp_path, monkeypatch, asked, given
):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if asked:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert jupyter.environment(tmp_path)["OMP_NUM_THREADS"] == given


@pytest.mark.slow
def test_the_server_serves_the_study_folder(lab):
    names = {item["name"] for item in json.loads(lab.get("/api/contents"))["content"]}
    assert names == {path.name for path in lab.folder.iterdir()} - {".coursekit"}


@pytest.mark.slow
def test_jupyterlab_asks_nothing_about_news(lab):
    assert '"news": {"disabled": true}' in lab.get("/lab")
    name = "@jupyterlab/apputils-extension:notification"
    settings = json.loads(lab.get(f"/lab/api/settings/{name}"))
    assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"


@pytest.mark.slow
def test_the_server_s_kernel_is_our_interpreter(lab):
    specs = json.loads(lab.get("/api/kernelspecs"))
    assert specs["kernelspecs"]["python3"]["spec"]["argv"][0] == sys.executable


@pytest.mark.slow
def test_nothing_is_configured_in_the_learner_s_home(lab):
    home = lab.log.parent
    configured = [path for path in (home / ".jupyter").rglob("*") if path.is_file()]
    assert configured == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_control_c_is_left_to_jupyterlab_and_ends_quietly(start_lab, tmp_path):
    lab = start_lab(tmp_path / "study")
    while lab.process.poll() is None:  # the first may only make JupyterLab ask
        os.killpg(lab.process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            lab.process.wait(5)
    assert lab.process.returncode == 0
    assert "Traceback" not in lab.log.read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_jupyterlab_ends_when_coursekit_is_told_to_end(start_lab, tmp_path):
    lab = start_lab(tmp_path / "study")
    lab.process.terminate()
    lab.process.wait(30)
    with pytest.raises(OSError, match="refused"):
        lab.get("/api/status")


@pytest.mark.slow
def test_a_port_in_use_is_no_obstacle(lab, start_lab, tmp_path):
    taken = lab.address.rpartition(":")[2]
    ran = subprocess.Popen(
        [*jupyter.command(tmp_path), "--no-browser", f"--port={taken}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = next(line for line in ran.stderr if "http://127.0.0.1:" in line)
    finally:
        ran.kill()  # it names its address before it listens to anything gentler
        ran.communicate()
    assert f":{taken}/" not in line


def test_refreshing_keeps_the_kernel_and_the_workspace(tmp_path, monkeypatch):
    kernel = jupyter.install_kernel(tmp_path)
    monkeypatch.setattr("coursekit.study.folder.course_files", lambda course: iter(()))
    monkeypatch.setattr("coursekit.study.folder.course_folder", lambda: tmp_path)
    refresh(tmp_path)
    assert (kernel / "kernel.json").is_file()
