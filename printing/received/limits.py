"""What a process that opens files of others may use: memory and processor time, set by itself before it opens one."""

from __future__ import annotations

import sys

MEMORY = 1024 * 1024 * 1024  # bytes; the libraries alone map about 300 MB
SECONDS = 4  # of the processor, for one file

# Windows, winnt.h: JOBOBJECT_EXTENDED_LIMIT_INFORMATION and its flags
_EXTENDED_LIMITS = 9
_LIMIT_PROCESS_MEMORY = 0x100
_KILL_ON_CLOSE = 0x2000


def limit_memory(limit: int = MEMORY) -> None:
    """Let this process have no more than so many bytes, where the system can see to it."""
    if sys.platform == "win32":
        _limit_job(limit)
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ValueError, OSError):  # macOS has no limit of this kind: there the deadline alone ends it
        return


def limit_time(seconds: int = SECONDS) -> None:
    """Let this process end by itself once it has used so many seconds more, whoever started it."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _limit_job(limit: int) -> None:
    """Windows: a job object with a limit of memory, to which this process alone belongs."""
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", wintypes.DWORD),
            ("least", ctypes.c_size_t), ("most", ctypes.c_size_t), ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("scheduling", wintypes.DWORD),
        )  # fmt: skip

    class Extended(ctypes.Structure):
        _fields_ = (
            ("basic", Basic), ("counters", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t), ("peak_process", ctypes.c_size_t), ("peak_job", ctypes.c_size_t),
        )  # fmt: skip

    kernel = ctypes.WinDLL("kernel32")
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    limits = Extended()
    limits.basic.flags = _LIMIT_PROCESS_MEMORY | _KILL_ON_CLOSE
    limits.process_memory = limit
    kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
