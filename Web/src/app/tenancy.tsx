// The organizations and projects one can see, and the project that one works in.
import { createContext, useContext, useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { api } from "../api/client";
import type { Organization, Project } from "../api/types";
import { Loading, ProblemState } from "../design/States";
import { match, useRouter } from "../lib/router";
import { isString, keep, readKept } from "../lib/storage";
import { readAll } from "../lib/usePages";
import { useResource } from "../lib/useResource";

interface Tenancy {
    orgs: readonly Organization[];
    projects: readonly Project[];
    /** Of the present place, else the one last worked in. */
    project: Project | undefined;
    orgName: (id: string | undefined) => string;
    projectName: (id: string | undefined) => string;
    reload: () => void;
}

const TenancyContext = createContext<Tenancy | undefined>(undefined);

const projectPattern = /^\/projects\/([^/]+)/;

export function TenancyProvider({ children }: { children: ReactNode }) {
    const { path } = useRouter();
    const resource = useResource("tenancy", async (signal) => {
        const [orgs, projects] = await Promise.all([
            readAll((page) => api.listOrganizations(page, signal)),
            readAll((page) => api.listProjects(page, signal)),
        ]);
        return { orgs, projects };
    });
    const here = projectPattern.exec(path)?.[1];
    const { value, problem, reload } = resource;
    const tenancy = useMemo<Tenancy | undefined>(() => {
        if (value === undefined) return undefined;
        const kept = readKept("project", "", isString);
        const find = (id: string | undefined) => value.projects.find((each) => each.id === id);
        return {
            ...value,
            reload,
            project: find(here) ?? find(kept) ?? value.projects[0],
            orgName: (id) => value.orgs.find((each) => each.id === id)?.name ?? "",
            projectName: (id) => find(id)?.name ?? "",
        };
    }, [value, here, reload]);
    const current = tenancy?.project?.id;
    useEffect(() => {
        if (current !== undefined && current === here) keep("project", current);
    }, [current, here]);

    if (tenancy === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    return <TenancyContext.Provider value={tenancy}>{children}</TenancyContext.Provider>;
}

export function useTenancy(): Tenancy {
    const tenancy = useContext(TenancyContext);
    if (tenancy === undefined) throw new Error("useTenancy outside TenancyProvider");
    return tenancy;
}

/** The same page of another project, as far as it has one. */
export function placeInProject(path: string, project: string): string {
    for (const page of ["services", "hosts", "agents", "batches", "tags"]) {
        if (match(`/projects/:project/${page}`, path) !== undefined) return `/projects/${project}/${page}`;
    }
    return `/projects/${project}/overview`;
}
