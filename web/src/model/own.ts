// SPDX-License-Identifier: Apache-2.0
// Reads a record by a key that came from outside: an entity may well be called "constructor".

export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
    return Object.hasOwn(record, key) ? record[key] : undefined;
}
