import { type ViewsConfig, ViewsService } from "../views/views-service.ts";
import { type OwnerConfig, OwnerService } from "./owner-service.ts";
import { type ReaderConfig, ReaderService } from "./reader-service.ts";
import type { Service } from "./service.ts";

/** Which service a thread runs, and with what. */
export type Role =
  | { readonly kind: "owner"; readonly config: OwnerConfig }
  | { readonly kind: "reader"; readonly config: ReaderConfig }
  | { readonly kind: "views"; readonly config: ViewsConfig };

export function startService(role: Role): Service {
  switch (role.kind) {
    case "owner":
      return new OwnerService(role.config);
    case "reader":
      return new ReaderService(role.config);
    case "views":
      return new ViewsService(role.config);
  }
}
