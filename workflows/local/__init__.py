"""The local AWS: an emulator in its own environment, in a process of its own, on 127.0.0.1 only.

The client half (`process`, `environment`) runs in the project's environment and starts and stops the server half,
which runs in the emulator's and imports nothing beyond the standard library, the emulator and its web server.

process.py        starts, finds and stops the server
environment.py    environment variables of the server and its clients
ports.py          takes ports
server.py         the server
stopping.py       stops it in the right order
server_log.py     its log, bounded
short_address.py  http://127.0.0.1:8000/predict for the stage's /predict
state/            its state on disk
emulator/         corrects what the emulator lacks or does unlike AWS
"""
