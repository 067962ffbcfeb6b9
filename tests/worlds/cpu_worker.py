"""Runs a worker's script as if this machine had a GPU: what its model's code moves there stays on the CPU.

Called as a program: the script, and what stands in for the packages that it imports.
"""

import runpy
import sys
from pathlib import Path

import torch


def main():
    script = sys.argv[1]
    torch.cuda.is_available = lambda: True
    torch.cuda.get_device_name = lambda *_: "none, this is a test"
    torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *_, **__: self
    sys.argv = [script]
    sys.path[0] = str(Path(script).parent)
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
