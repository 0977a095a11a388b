// SPDX-License-Identifier: Apache-2.0
// The precompiled header of the tests.
#pragma once

#include "base/pch.hh"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
