"""What is right: pure rules, standard library only; values in, values out, ``now`` passed in.

What a visit earns, who may act, where a member stands: the specification is stated here, in code, once.
"""
