// SPDX-License-Identifier: Apache-2.0
// A page of cards below its heading.
import { css } from "lit";

export const page_styles = css`
    :host {
        display: block;
    }
    header {
        margin: 8px 0 24px;
    }
    .stack {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
    }
`;
