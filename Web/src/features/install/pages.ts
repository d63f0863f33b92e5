export { InstallPage } from "./InstallPage";
