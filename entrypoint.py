"""The action's face of the program: the job's environment in, an exit code out."""

from gate.cli.action import console

if __name__ == "__main__":
    console()
