// SPDX-License-Identifier: Apache-2.0
// How the mock says no: as the hub does.

export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly hint: string,
    ) {
        super(message);
    }
}
