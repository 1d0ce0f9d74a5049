// SPDX-License-Identifier: Apache-2.0
// Short names for the hub's types, all generated from hub/api/openapi.yaml.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Scalar = Schemas["Scalar"];
export type Me = Schemas["Me"];
export type Board = Schemas["Board"];
export type Entity = Schemas["Entity"];
export type Evidence = Schemas["Evidence"];
export type State = Schemas["State"];
export type Output = Schemas["Output"];
export type Command = Schemas["Command"];
export type History = Schemas["History"];
export type Entry = Schemas["Entry"];
export type Profile = Schemas["Profile"];
export type ProfilePart = Schemas["ProfilePart"];
export type Face = Schemas["Face"];
export type Job = Schemas["Job"];
export type JobRequest = Schemas["JobRequest"];
export type JobProgress = Schemas["JobProgress"];
export type Port = Schemas["Port"];
export type FirmwareList = Schemas["FirmwareList"];
export type Upload = Schemas["Upload"];
export type HomeReport = Schemas["HomeReport"];
export type AnnouncedBoard = Schemas["AnnouncedBoard"];
export type Remark = Schemas["Remark"];
export type Orphan = HomeReport["orphans"][number];
export type Secret = Schemas["Secret"];
export type Session = Schemas["Session"];
export type WsMessage = Schemas["WsMessage"];
export type LineNotice = Schemas["LineNotice"];

export type Kind = Entity["kind"];
export type What = Entry["what"];
export type MessageOf<T extends WsMessage["type"]> = Extract<WsMessage, { type: T }>;
