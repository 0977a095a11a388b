#!/bin/bash
# The program under test: keeps the time in a file.
while true; do
  date +%s > /run/clock
  sleep 1
done
