"""The local AWS: an emulator in its own environment, in a process of its own, on 127.0.0.1 only.

The client half (`process`, `environment`) runs in the project's environment and starts and stops the server half,
which runs in the emulator's and imports nothing beyond the standard library, the emulator and its web server.
What the server half adds to the emulator has a module per idea, and a contract test for each behaviour.
"""
