# SPDX-License-Identifier: Apache-2.0
"""A private httpd on loopback, its PKI, its clients and its logs, for the tests."""
