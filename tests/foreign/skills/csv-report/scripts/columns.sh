#!/bin/sh
head -1 "$1"
