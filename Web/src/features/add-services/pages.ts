export { AddServicePage } from "./AddServicePage";
export { ImportServicesPage } from "./ImportServicesPage";
