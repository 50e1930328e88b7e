"""What is right: pure rules, standard library only; values in, values out, ``now`` passed in.

``DOMAIN.md`` section 3 of the project's founding papers is the specification that these modules state in code.
"""
