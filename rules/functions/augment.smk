# What the rules of rules/augment.smk are given. No rules.

_OPTIONS = config["augmentation"]

#: What the captions of this backend depend on: the server of another changes nothing.
AUGMENTATION_KEYS = ["augmentation.backend", "augmentation.most_fallbacks"]
if _OPTIONS["backend"] != "grammar":
    _KEYS = ("model", "temperature", "max_tokens", "chat", _OPTIONS["backend"])
    AUGMENTATION_KEYS += [f"augmentation.{key}" for key in _KEYS]

#: CPUs and memory of a job for each GPU of vLLM: its processes, and weights on their way to the GPU.
CPUS_OF_A_GPU, MEMORY_OF_A_GPU = 4, 50000


def augmentation_gpus():
    """The GPUs that one job asks Slurm for: those of all its engines for vLLM, else none."""
    vllm = _OPTIONS["vllm"]
    return vllm["data_parallel"] * vllm["tensor_parallel_size"] if _OPTIONS["backend"] == "vllm" else 0


def augmentation_threads():
    """The threads of one job: the grammar and the client of a server need one."""
    return max(1, CPUS_OF_A_GPU * augmentation_gpus())


def augmentation_resources():
    """What one job asks Slurm for, next to time."""
    gpus = augmentation_gpus()
    asked = {"mem_mb": max(8000, MEMORY_OF_A_GPU * gpus)}
    # Threads are capped by the cores of the machine that submits, so the CPUs are asked for apart.
    return asked | ({"gpu": gpus, "cpus_per_task": CPUS_OF_A_GPU * gpus} if gpus else {})
