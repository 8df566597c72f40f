"""What calls a library that is no Python: of the format `onnx` alone.

onnxruntime.py  onnxruntime by its interface for C
"""
