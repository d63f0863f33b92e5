export function AddServicePage() { return null; }
export function ImportServicesPage() { return null; }
