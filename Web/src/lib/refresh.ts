// What is shown is read anew when it may have changed unseen: the network was away, or somebody signed in again.
const listeners = new Set<() => void>();

export function refreshAll(): void {
    listeners.forEach((listener) => listener());
}

/** @returns what ends it. */
export function whenRefreshed(listener: () => void): () => void {
    listeners.add(listener);
    return () => {
        listeners.delete(listener);
    };
}

window.addEventListener("online", refreshAll);
