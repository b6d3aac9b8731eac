"""The Python side of a sandbox.

`python3 -m power_worker` is the zygote: it imports the library stack once and forks kernels. A
kernel is one live namespace; it runs cells, loads files into DataFrames and answers SQL over them.
"""
