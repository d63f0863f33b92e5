print("edgewright")
