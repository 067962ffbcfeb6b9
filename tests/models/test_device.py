import pytest
import torch

from bentxt.errors import InputError
from bentxt.models.answering_model import OutOfMemory
from bentxt.models.device import choose_device, device_name, memory_watched


def test_the_cpu_is_float32_unless_the_setting_says_otherwise():
    assert choose_device("cpu", "auto") == (torch.device("cpu"), torch.float32)
    assert choose_device("cpu", "bfloat16")[1] == torch.bfloat16
    assert device_name("cpu") == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_gpu_that_is_not_there_is_an_error():
    with pytest.raises(InputError, match="no GPU here"):
        choose_device("cuda", "auto")


def test_what_the_allocator_refuses_is_out_of_memory():
    with pytest.raises(OutOfMemory, match="allocate"), memory_watched():
        torch.empty(1 << 60)


def test_other_errors_stay_what_they_are():
    with pytest.raises(RuntimeError, match="size"), memory_watched():
        torch.zeros(2) + torch.zeros(3)
