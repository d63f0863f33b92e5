print("edgewright-agent")
