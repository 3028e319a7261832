"""What accelerators are worth once they stand in a data centre: training, serving, cost.

Pure functions from numbers to numbers in ``training``, ``serving``, ``sites``, ``cost`` and
``fleets``; ``chips`` takes what they need from the data.
"""
