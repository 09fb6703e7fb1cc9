"""Starting is cheap: importing the package, or asking the command for help, loads no store and no model."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "PIL",
    "cv2",
    "docx",
    "lance",
    "lancedb",
    "lxml",
    "numpy",
    "onnx",
    "onnxruntime",
    "openpyxl",
    "pptx",
    "pyarrow",
    "pypdfium2",
    "rapidocr",
    "sqlalchemy",
    "tokenizers",
    "torch",
}


def modules_after(code: str) -> set[str]:
    roots = "sorted({name.split('.')[0] for name in sys.modules})"
    script = f"{code}\nimport json, sys\nprint('\\n' + json.dumps({roots}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import clerestory",
        "import clerestory.types, clerestory.errors, clerestory.settings, clerestory.locators",
        "import clerestory.cli.main",
        "from click.testing import CliRunner\n"
        "from clerestory.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0",
    ],
    ids=["package", "words", "command", "help"],
)
def test_nothing_heavy_is_loaded(code):
    assert not modules_after(code) & HEAVY


def test_the_front_door_is_loaded_on_first_use():
    assert "clerestory" in modules_after("import clerestory\nassert not hasattr(clerestory, 'Libary')")
