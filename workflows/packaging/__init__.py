"""The zip files that the stacks' functions run.

    tasks, serving, placeholder   the code of the functions
    layers                        the libraries beside it, built by wheels, trimming and bytecode
    sizes                         code and layers against Lambda's limits
    archive                       files -> the bytes of a package
    emulated                      a package under Lambda's own runtime, for tests and benchmarks

Chalice packs the API by itself; everything else that Lambda runs is packed here. A package is a function of its
sources alone: the same files give the same bytes on every machine, so that its SHA-256 names it.
"""
