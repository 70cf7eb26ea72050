#!/bin/bash
# Azure as a function for the alarm on the pipeline.
set -euo pipefail

# cloud_signal NAME VALUE: a blob with both in its name. The storage's log notes each write, and the alarm reads the log.
cloud_signal() {
  date -u +%FT%TZ > /run/signal
  cloud_put /run/signal "vm/signals/$1-$2"
}
