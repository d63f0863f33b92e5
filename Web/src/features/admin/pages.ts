export function OrganizationsPage() { return null; }
export function OrganizationPage() { return null; }
export function ProjectsPage() { return null; }
export function ProjectPage() { return null; }
export function UsersPage() { return null; }
export function AuditPage() { return null; }
export function SettingsPage() { return null; }
