/// The simulated service's own page: enough to see that pages work through the tunnel.
enum SimulatedPage {
    static func html(name: String, version: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(name)</title>
        <style>body{font:16px system-ui;margin:3rem auto;max-width:40rem;color:#223}td{padding:.2rem 1rem .2rem 0}</style>
        </head><body><h1>\(name)</h1><p>Simulated NeuronEX \(version)</p>
        <table id="nodes"><tbody></tbody></table><p id="socket">WebSocket: connecting…</p>
        <script>
        fetch("../api/neuron/node/state").then(r => r.json()).then(answer => {
          for (const node of answer.states) {
            const row = document.querySelector("#nodes tbody").insertRow();
            row.insertCell().textContent = node.node;
            row.insertCell().textContent = node.running === 3 ? "running" : "stopped";
            row.insertCell().textContent = node.link === 1 ? "connected" : "disconnected";
          }
        });
        const place = new URL("../api/ws/echo", location.href);
        place.protocol = place.protocol.replace("http", "ws");
        const socket = new WebSocket(place);
        socket.onopen = () => socket.send("hello");
        socket.onmessage = m => { document.getElementById("socket").textContent = "WebSocket: " + m.data; };
        socket.onerror = () => { document.getElementById("socket").textContent = "WebSocket: failed"; };
        </script></body></html>
        """
    }
}
