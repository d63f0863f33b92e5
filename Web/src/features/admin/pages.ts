export { AuditPage } from "./AuditPage";
export { OrganizationPage } from "./OrganizationPage";
export { OrganizationsPage } from "./OrganizationsPage";
export { ProjectPage } from "./ProjectPage";
export { ProjectsPage } from "./ProjectsPage";
export { SettingsPage } from "./SettingsPage";
export { UsersPage } from "./UsersPage";
