import app from "../app/messages.zh-CN.json";
import signIn from "../features/sign-in/messages.zh-CN.json";
import agents from "../features/agents/messages.zh-CN.json";
import batches from "../features/batches/messages.zh-CN.json";
import hosts from "../features/hosts/messages.zh-CN.json";
import images from "../features/images/messages.zh-CN.json";
import install from "../features/install/messages.zh-CN.json";
import overview from "../features/overview/messages.zh-CN.json";
import services from "../features/services/messages.zh-CN.json";
import addServices from "../features/add-services/messages.zh-CN.json";
import service from "../features/service/messages.zh-CN.json";
import tags from "../features/tags/messages.zh-CN.json";
import profile from "../features/profile/messages.zh-CN.json";
import welcome from "../features/welcome/messages.zh-CN.json";
import admin from "../features/admin/messages.zh-CN.json";

export const zhCN = {
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
