import app from "../app/messages.en.json";
import signIn from "../features/sign-in/messages.en.json";
import agents from "../features/agents/messages.en.json";
import batches from "../features/batches/messages.en.json";
import hosts from "../features/hosts/messages.en.json";
import images from "../features/images/messages.en.json";
import install from "../features/install/messages.en.json";
import overview from "../features/overview/messages.en.json";
import services from "../features/services/messages.en.json";
import addServices from "../features/add-services/messages.en.json";
import service from "../features/service/messages.en.json";
import tags from "../features/tags/messages.en.json";
import profile from "../features/profile/messages.en.json";
import welcome from "../features/welcome/messages.en.json";
import admin from "../features/admin/messages.en.json";

export const en = {
    ...app,
    ...signIn,
    ...overview,
    ...agents,
    ...batches,
    ...hosts,
    ...images,
    ...install,
    ...services,
    ...addServices,
    ...service,
    ...tags,
    ...profile,
    ...welcome,
    ...admin,
};
