# What the rules of rules/augment.smk are given. No rules.

from bentxt.captions.augmentation_settings import running_options, tracked_options

_OPTIONS = config["augmentation"]

#: What changes no caption, for the environment of the jobs and not their params, so that a changed one reruns
#: nothing. A job on a cluster reads the workflow again and finds the same.
AUGMENTATION_RUNNING = json.dumps(running_options(_OPTIONS), sort_keys=True)

#: CPUs and memory (MB) of a job for each GPU of vLLM: its processes, and weights on their way to the GPU.
CPUS_OF_A_GPU, MEMORY_OF_A_GPU = 4, 50000


def augmentation_settings():
    """The settings of one job: those of its backend only, on which captions depend."""
    own = json.loads(settings("seed", "captions", "caption_check"))
    return json.dumps(own | {"augmentation": tracked_options(_OPTIONS)}, sort_keys=True)


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
