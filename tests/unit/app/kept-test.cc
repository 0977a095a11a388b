// SPDX-License-Identifier: Apache-2.0
// Whoever looks where nothing is takes it for a fault of --keep.
#include "app/local/kept.hh"

#include "tests/support/plans.hh"

#include <gtest/gtest.h>

namespace cirque::app {
namespace {

plan::Job at(const std::string& name, const std::string& kind) {
    plan::Job job = testing::job(name);
    job.executor.kind = kind;
    return job;
}

TEST(Kept, EachKindOfPlaceNamesItsOwnFolder) {
    plan::Plan plan;
    EXPECT_EQ(whereKept(plan, "/w"), "the jobs' folders are kept in /w/jobs");
    plan.jobs = {at("a", "local"), at("b", "local")};
    EXPECT_EQ(whereKept(plan, "/w"), "the jobs' folders are kept in /w/jobs");
    plan.jobs = {at("a", "oci"), at("b", "local"), at("c", "ssh"), at("d", "oci")};
    EXPECT_EQ(
        whereKept(plan, "/w"),
        "the jobs' folders are kept: of local in /w/jobs; of oci in /w/oci/jobs; of ssh on their hosts, in "
        "the folders that the jobs' logs name");
    plan.jobs = {at("a", "nspawn"), at("b", "custom"), at("c", "sandbox")};
    const std::string others = whereKept(plan, "/w");
    for (const char* part :
         {"/w/nspawn/jobs", "of the machines themselves nothing", "/w/custom/jobs", "/w/sandbox/jobs"}) {
        EXPECT_NE(others.find(part), std::string::npos) << others;
    }
}

} // namespace
} // namespace cirque::app
