"""Do the grades keep what they promise: ``python -m validation.grades --part NAME``.

Each part is one thing that grades must hold (docs/clusters/grades.md): false calls,
alarms without clusters, single large plants, clusters every economist knows, planted
clusters, intervals, published rules beside the grades, and size.
"""
