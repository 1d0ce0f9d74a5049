# SPDX-License-Identifier: Apache-2.0
# Which modules are frozen is said by FROZEN_MANIFEST.
